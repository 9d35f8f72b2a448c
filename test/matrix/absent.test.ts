import * as assert from 'uvu/assert'
import type { Member, Shard } from '../../generator/cluster/whole.ts'
import { serverPods, waitUntilWhole } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { ask } from '../kube/engine.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { smallValues } from '../kube/values.ts'
import { giveRoom, ROOM, workers } from '../kube/workers.ts'
import { eventually, pause } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'

const values = { resources: { requests: { [ROOM]: 1 }, limits: { [ROOM]: 1 } } }

const test = suite('all pods deleted at once, and no room for one of them', {
  timeout: 400_000,
  setup: async (scope: Scope) => {
    const nodes = await workers()
    for (const node of nodes) {
      await giveRoom(node, 3)
      scope.defer(() => giveRoom(node, undefined))
    }
    return sixNodes(scope, 'absent', values)
  },
})

const ABSENCE = 120_000

/** Makes the pods on one node masters, all of them: whichever of them the scheduler leaves out, it is a master. */
async function mastersOn(of: Release, node: string): Promise<Shard[]> {
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  for (const { master, replicas } of shards) {
    const heir = replicas.find(({ place }) => place === node)?.pod ?? ''
    if (master.place !== node) await ask(of.namespace, heir, 'CLUSTER', 'FAILOVER')
  }
  return eventually(`all masters to be on ${node}`, { deadline: 30_000 }, async (see) => {
    const now = await waitUntilWhole(of, { nodes: 6, deadline: 10_000 })
    see(now.map(({ master }) => `${master.pod} on ${master.place}`).join())
    return now.every(({ master }) => master.place === node) ? now : undefined
  })
}

/** Waits until every replica has noted on its volume whose data it has. */
const untilNoted = (of: Release, shards: Shard[]) =>
  eventually('the replicas to note that they are in sync', { deadline: 30_000 }, async (see) => {
    for (const { master, replicas } of shards) {
      const heir = replicas[0]?.pod ?? ''
      const note = await kubectl(of, 'exec', heir, '--container', 'server', '--', 'cat', '/data/synced')
      if (!note.startsWith(master.id)) return see(`${heir}: ${note}`) as undefined
    }
    return true
  })

/** The pods that the scheduler has no place for, once all others run. */
const untilAllButOneRun = (of: Release) =>
  eventually('all pods but one to run', { deadline: 60_000 }, async (see) => {
    const pods = await serverPods(of)
    const phases = pods.map(({ metadata, status }) =>
      metadata?.deletionTimestamp ? 'Terminating' : status?.phase,
    )
    see(phases.join())
    if (phases.filter((phase) => phase === 'Running').length !== 5) return undefined
    const pending = pods.find(({ status }) => status?.phase === 'Pending')
    const scheduled = pending?.status?.conditions?.find(({ type }) => type === 'PodScheduled')
    return scheduled?.reason === 'Unschedulable' ? pending?.metadata?.name : undefined
  })

/** Asks all pods but one, and returns what each answers. */
async function askOthers(of: Release, absent: string, ...command: string[]): Promise<string[]> {
  const pods = (await serverPods(of)).map(({ metadata }) => metadata?.name ?? '')
  return Promise.all(pods.filter((pod) => pod !== absent).map((pod) => ask(of.namespace, pod, ...command)))
}

/** Waits until nobody counts on the node any more, and every slot has a master all the same. */
const untilReplaced = (of: Release, { pod, id }: Member) =>
  eventually(`${pod} to be replaced`, { deadline: 60_000 }, async (see) => {
    const [nodes = ''] = await askOthers(of, pod, 'CLUSTER', 'NODES')
    see(nodes)
    const infos = await askOthers(of, pod, 'CLUSTER', 'INFO')
    const served = infos.every((info) => /cluster_state:ok[\s\S]*cluster_slots_ok:16384/.test(info))
    return (served && new RegExp(`^${id} .*fail `, 'm').test(nodes)) || undefined
  })

test.proves({
  topic: 'Loss and recovery',
  promise:
    'After the loss of all pods, one of which cannot start, the others serve all slots, and it is whole when it comes back',
})
test('the others serve all slots meanwhile, and forget it never, an upgrade included; when it comes back, all is there', async ({
  of,
}) => {
  await writeAndRead(of, 1000)
  const [node = ''] = await workers()
  const shards = await mastersOn(of, node)
  await untilNoted(of, shards)
  const keys = await keysOf(of)

  await giveRoom(node, 2)
  const deleted = Date.now()
  const servers = ['--selector', 'app.kubernetes.io/component=server']
  await kubectl(of, 'delete', 'pods', ...servers, '--force', '--grace-period=0')
  const absent = await untilAllButOneRun(of)
  const master = shards.find((shard) => shard.master.pod === absent)?.master
  assert.ok(master, `${absent} was a master`)
  await untilReplaced(of, master)
  const seconds = (Date.now() - deleted) / 1000
  console.log(`all slots served ${seconds.toFixed(1)} s after the deletion`)
  assert.is(await keysOf(of), keys)

  const upgraded = smallValues(of.flavour, values).then((all) => upgrade(of, all))
  while (Date.now() - deleted < ABSENCE) {
    const known = await askOthers(of, master.pod, 'CLUSTER', 'NODES')
    assert.ok(known.every((nodes) => nodes.includes(master.id)))
    await pause(5000)
  }
  const { wrong } = await writeAndRead(of, 1000)
  assert.is(wrong, 0)

  await giveRoom(node, 3)
  const { code, stderr } = await upgraded
  assert.is(code, 0, stderr)
  const whole = await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const ids = whole.flatMap((shard) => [shard.master, ...shard.replicas]).map(({ id }) => id)
  assert.ok(ids.includes(master.id), 'it is who it was')
  assert.is(await keysOf(of), keys)
})

test.run()
