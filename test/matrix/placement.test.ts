import type { V1Pod } from '@kubernetes/client-node'
import * as assert from 'uvu/assert'
import type { Shard } from '../../generator/cluster/whole.ts'
import { serverPods, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { sixNodes } from '../cluster/six-nodes.ts'
import { sharing } from '../cluster/sizes.ts'
import { ask } from '../kube/engine.ts'
import { type Release, testRelease, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { drain, labelZones, tellsZones, uncordonAfter, workers } from '../kube/workers.ts'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite('replicas and their masters’ Kubernetes nodes, without volumes', { timeout: 600_000 })

const inMemory = { persistence: { enabled: false, appendonly: false } }

/** Upgrades, and sees to it that no replica shares its master's node that need not: returns the shards. */
async function apart(of: Release, more: Values = {}): Promise<Shard[]> {
  const upgraded = await upgrade(of, await smallValues(of.flavour, { ...inMemory, ...more }), [
    '--timeout',
    '8m',
  ])
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  assert.is(sharing(shards).length, leastSharing(await serverPods(of)))
  return shards
}

/** How many of three pairs of pods have to share one of two nodes, as the pods lie. */
function leastSharing(pods: V1Pod[]): number {
  const places = pods.map(({ spec }) => spec?.nodeName)
  const counts = [...new Set(places)].map((place) => places.filter((other) => other === place).length)
  assert.ok(counts.length <= 2, `${counts.length} nodes`)
  return 3 - (counts.length === 2 ? Math.min(...counts) : 0)
}

test.proves({
  topic: 'Loss and recovery',
  promise:
    'An upgrade puts replicas apart from their masters again, wherever failovers and new Kubernetes nodes have put them',
})
test('stay apart after each shard has failed over in turn', async (_, scope) => {
  const { of } = await sixNodes(scope, 'apart', inMemory)
  for (const turn of [0, 1, 2]) {
    const [shard] = (await apart(of)).slice(turn)
    const replica = shard?.replicas[0]
    assert.ok(shard && replica)
    await kubectl(of, 'delete', 'pod', shard.master.pod, '--force', '--grace-period=0')
    await eventually(`${replica.pod} to take over`, { deadline: 60_000 }, async (see) => {
      const role = await ask(of.namespace, replica.pod, 'ROLE')
      see(role)
      return role.startsWith('master') || undefined
    })
    await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  }
  await apart(of)
})

test.proves({
  topic: 'Loss and recovery',
  promise:
    'An upgrade puts replicas apart from their masters again, wherever failovers and new Kubernetes nodes have put them',
})
test('are apart again once a node that was replaced has its share of the pods', async (_, scope) => {
  const { of } = await sixNodes(scope, 'replaced', inMemory)
  const [node = ''] = await workers()
  uncordonAfter(scope, node)
  const drained = await drain(of, node, 240)
  assert.is(drained.code, 0, drained.stderr)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await kubectl(of, 'uncordon', node)
  // All pods are on the other nodes until something restarts them.
  await apart(of, { pod: { annotations: { restarted: 'yes' } } })
  const places = new Set((await serverPods(of)).map(({ spec }) => spec?.nodeName))
  assert.ok(places.has(node), 'the node has its share of the pods')
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Replicas keep to other zones than their masters, on every version of Kubernetes',
})
test('pods learn their zones from Kubernetes, or helm test names the nodes whose zone the values have to tell', async (_, scope) => {
  await labelZones(scope)
  const { of } = await sixNodes(scope, 'zones', inMemory)
  const { code, stdout, stderr } = await testRelease(of)
  const said = stdout + stderr
  assert.is(code, 0, said)
  if (await tellsZones()) {
    assert.match(said, /no replica on its master's Kubernetes node, none in its zone/)
    assert.not.match(said, / zones +a replica can be/)
    return
  }
  const places = [...new Set((await serverPods(of)).map(({ spec }) => spec?.nodeName ?? ''))].sort()
  assert.match(
    said,
    `the zone of these Kubernetes nodes is unknown: ${places.join(' ')}. Name them in cluster.zones`,
  )
  // What Kubernetes does from 1.35 on, with one zone for all.
  await apart(of, { pod: { labels: { 'topology.kubernetes.io/zone': 'a' } } })
  const told = await testRelease(of)
  assert.match(told.stdout + told.stderr, /no replica on its master's Kubernetes node, 3 in its zone/)
  assert.not.match(told.stdout + told.stderr, / zones +a replica can be/)
})

test.run()
