import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../harness/cluster.ts'
import { must } from '../harness/command.ts'
import { eventually } from '../harness/deadline.ts'
import { runScript } from '../harness/engine.ts'
import { helm, type Release, rollback, upgrade } from '../harness/helm.ts'
import { core } from '../harness/kubernetes.ts'
import { startLoad, writeAndRead } from '../harness/load.ts'
import { type Context, keysOf, sixNodes } from '../harness/moving.ts'
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
  let deleted = 0
  for (const shards of [5, 3]) {
    let over = false
    const upgrading = upgrade(of, await smallValues(of.flavour, sized(shards)), ['--timeout', '10m']).finally(
      () => {
        over = true
      },
    )
    while (!over) {
      await new Promise((done) => setTimeout(done, 1000 + 4000 * Math.random()))
      const { items } = await core().listNamespacedPod({
        namespace: of.namespace,
        labelSelector: 'app.kubernetes.io/component in (preflight, reconcile)',
      })
      const [victim] = items.filter(
        ({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
      )
      if (!victim?.metadata?.name || deleted >= (shards === 5 ? 5 : 10)) continue
      await core().deleteNamespacedPod({
        namespace: of.namespace,
        name: victim.metadata.name,
        gracePeriodSeconds: 0,
      })
      deleted++
    }
    await upgrading
  }
  assert.ok(deleted >= 5, `${deleted} pods of Jobs were deleted`)
  await resize(of, 3, 1)
  assert.ok((await keysOf(of)) >= keys)
})

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
  await must('kubectl', ['--namespace', of.namespace, 'scale', `statefulset/${of.fullname}`, '--replicas=5'])
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
