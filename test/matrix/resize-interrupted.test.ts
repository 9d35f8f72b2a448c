import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { type Context, keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { resize, sized } from '../cluster/sizes.ts'
import { helm, type Release, rollback, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { core } from '../kube/kubernetes.ts'
import { smallValues } from '../kube/values.ts'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a change of size that is interrupted', {
  timeout: 900_000,
  setup: (scope) => sixNodes(scope, 'resize'),
})

test.proves({
  topic: 'Scaling',
  promise: 'A change of size that is interrupted is finished by the next upgrade, with all keys',
})
test('the Jobs’ pods deleted ten times at random during 3 to 5 to 3: whole after the next upgrade, all keys there', async ({
  of,
}) => {
  await writeAndRead(of, 20_000)
  const keys = await keysOf(of)
  let left = 10
  for (let shards = 5; left > 0; shards = 8 - shards) left -= await disturbed(of, shards, Math.min(left, 3))
  await resize(of, 3, 1)
  assert.ok((await keysOf(of)) >= keys)
})

/**
 * Upgrades to a size, and meanwhile deletes at most so many pods of its Jobs at random moments: after a few Kubernetes waits
 * for minutes until it makes the next. Returns how many.
 */
async function disturbed(of: Release, shards: number, most: number): Promise<number> {
  let deleted = 0
  let over = false
  // It may fail: a Job whose pods are deleted again and again gives up.
  const upgrading = upgrade(of, await smallValues(of.flavour, sized(shards)), ['--timeout', '5m']).finally(
    () => {
      over = true
    },
  )
  while (!over) {
    await pause(1000 + 4000 * Math.random())
    if (deleted < most && (await deleteOneOfJobs(of))) deleted++
  }
  await upgrading
  return deleted
}

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

test.proves({
  topic: 'Scaling',
  promise: 'A change of size that is interrupted is finished by the next upgrade, with all keys',
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

test.proves({
  topic: 'Mistakes are mended',
  promise: 'A pod taken away by kubectl scale comes back with the next upgrade, with all keys',
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
