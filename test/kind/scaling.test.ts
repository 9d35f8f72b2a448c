import * as assert from 'uvu/assert'
import type { Shard } from '../../generator/cluster/whole.ts'
import { nodesKnown, serverPods, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { startLoad, writeAndRead } from '../cluster/load/start.ts'
import { type Context, keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { ask } from '../kube/engine.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { core } from '../kube/kubernetes.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a cluster that changes its size', {
  timeout: 400_000,
  setup: (scope) => sixNodes(scope, 'scale'),
})

const KEYS = 100_000
const DELETE = { persistence: { retention: { whenScaled: 'Delete' } } }

const slotsOf = ({ slots }: Shard) => slots.reduce((sum, [first, last]) => sum + last - first + 1, 0)

/** Upgrades under load to so many shards and replicas; no client may notice, and nothing may be lost. Returns the shards. */
async function resize(of: Release, shards: number, replicas: number, more: Values = {}): Promise<Shard[]> {
  const load = await startLoad(of)
  const values = { ...more, cluster: { shards, replicasPerShard: replicas } }
  const upgraded = await upgrade(of, await smallValues(of.flavour, values), ['--timeout', '6m'])
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
  assertUnnoticed(await load.stop())
  const whole = await waitUntilWhole(of, { nodes: shards * (1 + replicas), deadline: 30_000 })
  assert.is(whole.length, shards)
  for (const shard of whole) {
    assert.is(shard.replicas.length, replicas)
    assert.ok(Math.abs(slotsOf(shard) / (16384 / shards) - 1) <= 0.02, `${slotsOf(shard)} slots`)
  }
  return whole
}

const uids = async (of: Release) => (await serverPods(of)).map(({ metadata }) => metadata?.uid)

async function claims({ namespace }: Release): Promise<string[]> {
  const { items } = await core().listNamespacedPersistentVolumeClaim({ namespace })
  return items.map(({ metadata }) => metadata?.name ?? '').sort()
}

/** No node knows of any that is not there any more. */
async function assertNoStrangers(of: Release): Promise<void> {
  const pods = await serverPods(of)
  for (const { metadata } of pods) {
    const nodes = await nodesKnown(of, metadata?.name ?? '')
    assert.is(nodes.length, pods.length, nodes.join('\n'))
    assert.not.match(nodes.join('\n'), /fail|noaddr|\[/)
  }
}

test.proves({
  topic: 'Scaling',
  promise: 'More shards come by an upgrade while clients work, and no pod restarts',
  bound: UNNOTICED,
})
test('3 to 4 shards under load: no pod restarts, no client notices, nothing is lost', async ({ of }) => {
  const { wrong } = await writeAndRead(of, KEYS)
  assert.is(wrong, 0)
  const keys = await keysOf(of)
  const before = await uids(of)
  await resize(of, 4, 1)
  assert.equal((await uids(of)).slice(0, 6), before)
  await assertNoStrangers(of)
  assert.ok((await keysOf(of)) >= keys)
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'A smaller size is refused where the data would not fit',
})
test('data that would not fit is refused with the reason, and nothing changes', async ({ of }) => {
  const before = [await uids(of), await waitUntilWhole(of, { nodes: 8, deadline: 30_000 })]
  for (const { master } of before[1] as Shard[])
    await ask(of.namespace, master.pod, 'CONFIG', 'SET', 'maxmemory', '6mb')
  const refused = await upgrade(of, await smallValues(of.flavour))
  assert.is.not(refused.code, 0)
  assert.match(
    refused.stdout + refused.stderr,
    /cluster\.shards: the data of 4 shards, \d+ MiB, does not fit into 3/,
  )
  assert.equal([await uids(of), await waitUntilWhole(of, { nodes: 8, deadline: 30_000 })], before)
  for (const { master } of before[1] as Shard[])
    await ask(of.namespace, master.pod, 'CONFIG', 'SET', 'maxmemory', '200mb')
})

test.proves({
  topic: 'Scaling',
  promise: 'Fewer shards come by an upgrade while clients work: pods are empty before they go',
  bound: UNNOTICED,
})
test('back to 3 under load: the pods that go are empty before they go, and their volumes stay', async ({
  of,
}) => {
  const keys = await keysOf(of)
  await resize(of, 3, 1)
  await assertNoStrangers(of)
  assert.ok((await keysOf(of)) >= keys)
  assert.is((await claims(of)).length, 8)
})

test.proves({
  topic: 'Scaling',
  promise: 'Pods that come back to the volumes that were kept join as new nodes',
  bound: UNNOTICED,
})
test('a second replica each, onto the volumes that were kept: the pods join as new nodes', async ({ of }) => {
  const keys = await keysOf(of)
  await resize(of, 3, 2, DELETE)
  await waitUntilReady(of, { nodes: 9, deadline: 60_000 })
  await assertNoStrangers(of)
  assert.ok((await keysOf(of)) >= keys)
})

test.proves({
  topic: 'Scaling',
  promise: 'The volumes of pods that go are deleted where persistence.retention says so',
})
test('one replica each again: the volumes of pods that go are deleted where persistence.retention says so', async ({
  of,
}) => {
  await resize(of, 3, 1, DELETE)
  await assertNoStrangers(of)
  assert.is((await claims(of)).length, 6)
})

test.run()
