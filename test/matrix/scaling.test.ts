import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../harness/cluster.ts'
import { eventually, pause } from '../harness/deadline.ts'
import { runScript } from '../harness/engine.ts'
import { helm, type Release, rollback, upgrade } from '../harness/helm.ts'
import { core } from '../harness/kubernetes.ts'
import { startLoad, writeAndRead } from '../harness/load.ts'
import { type Context, keysOf, kubectl, sixNodes } from '../harness/moving.ts'
import { suite } from '../harness/suite.ts'
import { assertUnnoticed } from '../harness/unnoticed.ts'
import { smallValues, type Values } from '../harness/values.ts'
import { tagsIn } from '../load/slots.ts'

const test = suite<Context>('sizes beyond the ordinary', {
  timeout: 900_000,
  setup: (scope) => sixNodes(scope, 'resize'),
})

const sized = (shards: number, replicasPerShard = 1, more: Values = {}) => ({
  ...more,
  cluster: { shards, replicasPerShard },
})

async function resize(of: Release, shards: number, replicas: number): Promise<void> {
  const upgraded = await upgrade(of, await smallValues(of.flavour, sized(shards, replicas)), [
    '--timeout',
    '10m',
  ])
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
  const whole = await waitUntilWhole(of, { nodes: shards * (1 + replicas), deadline: 30_000 })
  for (const shard of whole) assert.is(shard.replicas.length, replicas)
  assert.is(sharing(whole), 0)
}

const sharing = (shards: Awaited<ReturnType<typeof waitUntilWhole>>) =>
  shards.flatMap(({ primary, replicas }) => replicas.filter(({ place }) => place === primary.place)).length

test('3 to 7 to 3 under load, with a value of five megabytes and ten thousand keys in one slot', async ({
  of,
}) => {
  const [tag] = tagsIn([[5000, 5000]], 1)
  const [other] = tagsIn([[15_000, 15_000]], 1)
  await runScript(
    { namespace: of.namespace, pod: `${of.fullname}-0`, container: 'server' },
    `head -c 5000000 /dev/zero | tr '\\0' x | "$cli" -c -x SET '{${tag}}big'
     i=0; while [ $i -lt 10000 ]; do echo "SET {${other}}$i $i"; i=$((i + 1)); done | "$cli" -c >/dev/null`,
  )
  const keys = await keysOf(of)
  assert.ok(keys >= 10_001, `${keys} keys`)
  for (const shards of [7, 3]) {
    const load = await startLoad(of)
    await resize(of, shards, 1)
    assertUnnoticed(await load.stop())
  }
  assert.ok((await keysOf(of)) >= keys)
})

test('replicas 1 to 0 to 1', async ({ of }) => {
  const keys = await keysOf(of)
  await resize(of, 3, 0)
  assert.is(await keysOf(of), keys)
  await resize(of, 3, 1)
  assert.is(await keysOf(of), keys)
})

test('the Jobs’ pods deleted ten times at random during 3 to 5 to 3: whole after the next upgrade, all keys there', async ({
  of,
}) => {
  await writeAndRead(of, 20_000)
  const keys = await keysOf(of)
  let left = 10
  for (let shards = 5; left > 0; shards = 8 - shards) {
    const values = await smallValues(of.flavour, sized(shards))
    let over = false
    // It may fail: a Job whose pods are deleted again and again gives up.
    const upgrading = upgrade(of, values, ['--timeout', '10m']).finally(() => {
      over = true
    })
    while (!over) {
      await pause(1000 + 4000 * Math.random())
      if (left > 0 && (await deleteOneOfJobs(of))) left--
    }
    await upgrading
  }
  await resize(of, 3, 1)
  assert.ok((await keysOf(of)) >= keys)
})

/** Deletes a pod at work on the topology, without grace; false where there is none. */
async function deleteOneOfJobs(of: Release): Promise<boolean> {
  const labelSelector = 'app.kubernetes.io/component in (preflight, reconcile)'
  const { items } = await core().listNamespacedPod({ namespace: of.namespace, labelSelector })
  const name = items.find(
    ({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
  )?.metadata?.name
  if (!name) return false
  // It may end by itself meanwhile.
  await kubectl(of, 'delete', 'pod', name, '--force', '--ignore-not-found', '--wait=false')
  return true
}

test('a reconcile that outlives --timeout under --atomic while slots move, and the rollback it brings', async ({
  of,
}) => {
  await writeAndRead(of, 20_000)
  const keys = await keysOf(of)
  const outlived = await upgrade(of, await smallValues(of.flavour, sized(5)), [
    '--atomic',
    '--timeout',
    '40s',
  ])
  assert.is.not(outlived.code, 0, 'it was to outlive forty seconds')
  const status = await helm(of, ['status', of.name, '--output', 'json'])
  if (JSON.parse(status.stdout).info.status !== 'deployed') {
    // A rollback has no more time than the upgrade had.
    const again = await rollback(of, undefined, ['--timeout', '10m'])
    assert.is(again.code, 0, again.stderr)
  }
  await resize(of, 3, 1)
  assert.ok((await keysOf(of)) >= keys)
})

test('a pod taken away by kubectl scale comes back with the next upgrade', async ({ of }) => {
  const keys = await keysOf(of)
  await kubectl(of, 'scale', `statefulset/${of.fullname}`, '--replicas=5')
  await eventually('pod 5 to be gone', { deadline: 90_000 }, async (see) => {
    const pods = await serverPods(of)
    see(`${pods.length}`)
    return pods.length === 5 || undefined
  })
  await resize(of, 3, 1)
  await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
  assert.is(await keysOf(of), keys)
})

test.run()
