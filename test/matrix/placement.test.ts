import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../harness/cluster.ts'
import { eventually } from '../harness/deadline.ts'
import { type Release, upgrade } from '../harness/helm.ts'
import { type Context, kubectl, sixNodes } from '../harness/moving.ts'
import { suite } from '../harness/suite.ts'
import { smallValues } from '../harness/values.ts'
import type { Shard } from '../harness/whole.ts'
import { uncordonAfter, workers } from '../harness/workers.ts'

const values = { persistence: { enabled: false, appendonly: false } }

const test = suite<Context>('where replicas run', {
  timeout: 400_000,
  setup: (scope) => sixNodes(scope, 'place', values),
})

const sharing = (shards: Shard[]) =>
  shards.flatMap(({ primary, replicas }) => replicas.filter(({ place }) => place === primary.place))

const mastersOn = (shards: Shard[], node: string) =>
  shards.filter(({ primary }) => primary.place === node).length

const whole = (of: Release) => waitUntilWhole(of, { nodes: 6, deadline: 60_000 })

async function upgraded(of: Release): Promise<Shard[]> {
  const { code, stdout, stderr } = await upgrade(of, await smallValues(of.flavour, values))
  assert.is(code, 0, stdout + stderr)
  return whole(of)
}

test('after a failover: still on another node than its master, and an upgrade spreads the masters again', async ({
  of,
}) => {
  const [node = ''] = await workers()
  const before = await whole(of)
  assert.equal(sharing(before), [])
  for (const { primary } of before.filter((shard) => shard.primary.place === node))
    await kubectl(of, 'delete', 'pod', primary.pod, '--force', '--grace-period=0')
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  const after = await eventually('the replicas to have taken over', { deadline: 60_000 }, async (see) => {
    const shards = await whole(of)
    see(`${mastersOn(shards, node)} masters on ${node}`)
    return mastersOn(shards, node) === 0 ? shards : undefined
  })
  assert.equal(sharing(after), [])
  const spread = await upgraded(of)
  assert.equal(sharing(spread), [])
  assert.ok(mastersOn(spread, node) > 0, 'not all masters are on one node')
})

test('after a node was replaced: the pods that came to the new one get the replicas that belong there', async ({
  of,
}, scope) => {
  const [node = '', other = ''] = await workers()
  uncordonAfter(scope, node)
  await kubectl(of, 'cordon', node)
  for (const { metadata, spec } of await serverPods(of)) {
    if (spec?.nodeName !== node) continue
    await kubectl(of, 'delete', 'pod', metadata?.name ?? '')
    await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  }
  const crowded = await whole(of)
  assert.is(sharing(crowded).length, 3, `all are on ${other}`)

  await kubectl(of, 'uncordon', node)
  // The scheduler moves no pod by itself: whoever leaves the crowded node comes to the new one.
  const [first, second] = crowded
  const leavers = [first?.primary, first?.replicas[0], second?.primary].map((member) => member?.pod ?? '')
  for (const pod of leavers) {
    await kubectl(of, 'delete', 'pod', pod)
    await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  }
  assert.equal(sharing(await upgraded(of)), [])
})

test.run()
