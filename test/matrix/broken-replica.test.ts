import * as assert from 'uvu/assert'
import type { Shard } from '../../generator/cluster/whole.ts'
import { serverPods, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { errorsOf, gapBeyond, notKept, worstGap } from '../cluster/load/judge.ts'
import { startLoad } from '../cluster/load/start.ts'
import { type Context, sixNodes } from '../cluster/six-nodes.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { ask } from '../kube/engine.ts'
import type { Release } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a rolling restart, and a shard whose only replica is out of sync', {
  timeout: 400_000,
  setup: (scope) => sixNodes(scope, 'broken'),
})

/** What pod.terminationGracePeriodSeconds is by default, and what the server has of it for its own end. */
const GRACE = 60
const OWN_END = 15

const ordinal = (pod?: string) => Number(pod?.match(/\d+$/)?.[0])

/** A shard whose master has the higher ordinal: a roll comes from the top, and looks at no pod below. */
async function masterOnTop(of: Release): Promise<[master: string, replica: string]> {
  const isOnTop = ({ master, replicas: [replica] }: Shard) => ordinal(master.pod) > ordinal(replica?.pod)
  const [first] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  if (first && !isOnTop(first)) await ask(of.namespace, first.replicas[0]?.pod ?? '', 'CLUSTER', 'FAILOVER')
  return eventually('a master above its replica', { deadline: 40_000 }, async (see) => {
    const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 10_000 })
    see(JSON.stringify(shard))
    return shard && isOnTop(shard) ? [shard.master.pod, shard.replicas[0]?.pod ?? ''] : undefined
  })
}

/** Lets a replica's master turn it away, as after a change of users that one pod missed; `name` is the user it tries. */
const knockAs = (of: Release, replica: string, name: string) =>
  ask(of.namespace, replica, 'CONFIG', 'SET', 'masteruser', name)

async function breakReplica(of: Release, replica: string): Promise<void> {
  await knockAs(of, replica, 'nobody')
  await ask(of.namespace, replica, 'CLIENT', 'KILL', 'TYPE', 'master')
}

/** Waits until the pod of this uid is told to go, or is there anew, and returns when: one that left at once was told to. */
const until = (of: Release, pod: string, uid: string | undefined, what: 'told to go' | 'there anew') =>
  eventually(`${pod} to be ${what}`, { deadline: 200_000 }, async () => {
    const found = (await serverPods(of)).find(({ metadata }) => metadata?.name === pod)?.metadata
    const stays = found?.uid === uid
    const reached = what === 'told to go' ? !stays || found?.deletionTimestamp : found && !stays
    return reached ? Date.now() : undefined
  })

async function uidOf(of: Release, pod: string): Promise<string | undefined> {
  return (await serverPods(of)).find(({ metadata }) => metadata?.name === pod)?.metadata?.uid
}

async function untilRolled(of: Release): Promise<Shard[]> {
  await kubectl(of, 'rollout', 'status', `statefulset/${of.fullname}`, '--timeout=200s')
  await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
  return waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
}

test.proves({
  topic: 'Planned work under load',
  promise: 'A master that has to leave waits for a replica that is out of sync',
  bound: UNNOTICED,
})
test('the master waits for it, and hands over as soon as it is in sync again', async ({ of }) => {
  const [master, replica] = await masterOnTop(of)
  const load = await startLoad(of)
  const uid = await uidOf(of, master)
  await breakReplica(of, replica)
  await kubectl(of, 'rollout', 'restart', `statefulset/${of.fullname}`)
  await until(of, master, uid, 'told to go')
  await eventually('the master to wait', { deadline: 20_000 }, async (see) => {
    // The whole log: the server says other things after that line.
    const log = await kubectl(of, 'logs', master, '--container', 'server')
    see(log.slice(-2000))
    return log.includes('waiting for a replica to be in sync') || undefined
  })
  await knockAs(of, replica, 'default')
  await untilRolled(of)
  assertUnnoticed(await load.stop())
})

test.proves({
  topic: 'Planned work under load',
  promise: 'A master without a replica in sync stays for its grace period and comes back as the master',
  bound: 'no acknowledged write lost, and the other shards notice nothing',
})
test('it stays so: the master stays for its whole grace period, and comes back as the master, with every write', async ({
  of,
}) => {
  const [master, replica] = await masterOnTop(of)
  const load = await startLoad(of)
  const uid = await uidOf(of, master)
  await breakReplica(of, replica)
  await kubectl(of, 'rollout', 'restart', `statefulset/${of.fullname}`)
  const told = await until(of, master, uid, 'told to go')
  const anew = await until(of, master, uid, 'there anew')
  const seconds = (anew - told) / 1000
  assert.ok(seconds >= GRACE - OWN_END - 2, `left after ${seconds} s`)
  const shards = await untilRolled(of)
  assert.ok(
    shards.some((shard) => shard.master.pod === master),
    `${master} is a master`,
  )
  const report = await load.stop()
  assert.equal(notKept(report), [])
  const { lane } = worstGap(report)
  const others = { ...report, lanes: report.lanes.filter(({ name }) => name !== lane) }
  assert.equal(errorsOf(others), [])
  assert.is(gapBeyond(500, others), undefined)
  // The engine counts a master that failed as failed for two node timeouts, even when it is back.
  assert.is(gapBeyond(40_000, report), undefined)
})

test.run()
