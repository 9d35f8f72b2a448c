import { readdir } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { views, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { startLoad, writeAndRead } from '../cluster/load/start.ts'
import { keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { assertUnnoticed } from '../cluster/unnoticed.ts'
import {
  closeVolumes,
  copyFolders,
  copyVolumes,
  liveVolumes,
  openVolumes,
  placesOf,
  samePassword,
} from '../cluster/volumes.ts'
import { helm, install, type Release, release, uninstall } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { pause } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'

const test = suite('volumes that a release finds', { timeout: 600_000 })

const FLAVOUR = 'redis-cluster'

async function installed(of: Release, values: Values = {}): Promise<void> {
  const { code, stderr } = await install(of, await smallValues(of.flavour, values))
  assert.is(code, 0, stderr)
  await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
}

/** A cluster of the chart that was last released, which marks no volume. */
async function releasedCluster(scope: Scope): Promise<Release> {
  const of = release(FLAVOUR, await freshNamespace(scope, 'released'))
  const file = (await readdir('test/released')).find((name) => name.startsWith(FLAVOUR)) ?? ''
  const values = Object.entries(flat(await smallValues(FLAVOUR))).flatMap(([key, value]) => [
    '--set-string',
    `${key}=${value}`,
  ])
  const { code, stderr } = await helm(of, ['install', of.name, path.join('test/released', file), ...values])
  assert.is(code, 0, stderr)
  await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  return of
}

/** Values as a flat list of paths, as Helm’s --set-string takes them. */
function flat(values: Values, above = ''): Record<string, string> {
  const entries = Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(flat(value, `${above}${key}.`))
      : [[`${above}${key}`, `${value}`] as const],
  )
  return Object.fromEntries(entries)
}

const idsOf = async (of: Release) =>
  (await views(of)).map(({ nodes }) => nodes.find(({ flags }) => flags.includes('myself'))?.id)

test.proves({
  topic: 'Loss and recovery',
  promise: 'Copies of all volumes, started beside the living original, become a cluster of their own',
  bound: 'the original’s clients notice nothing, and no acknowledged write is lost',
})
test('copies without a mark, of the last released chart: a cluster beside the original, whose clients notice nothing', async (_, scope) => {
  const of = await releasedCluster(scope)
  await writeAndRead(of, 8000)
  const keys = await keysOf(of)
  const copy = release(FLAVOUR, await freshNamespace(scope, 'copy'))
  const values = await samePassword(of, copy)
  const load = await startLoad(of)
  await copyVolumes(of, copy)
  // The released chart has no policies, and those of the copy would keep the two apart.
  await installed(copy, { ...values, networkPolicy: { enabled: false } })
  await pause(20_000)
  assertUnnoticed(await load.stop())
  for (const one of [of, copy]) {
    await waitUntilWhole(one, { nodes: 6, deadline: 30_000 })
    assert.ok((await keysOf(one)) >= keys)
  }
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Volumes that the release finds again are taken up as its own',
})
test('its own from a backup, in a namespace of the same name: it is the cluster it was', async (_, scope) => {
  const { of } = await sixNodes(scope, 'restored')
  await writeAndRead(of, 2000)
  const [keys, ids, places] = [await keysOf(of), await idsOf(of), await placesOf(of)]
  const backup = release(FLAVOUR, await freshNamespace(scope, 'backup'))
  const saved = await openVolumes(backup, places)
  await copyFolders(liveVolumes(of), saved)
  await uninstall(of, ['--wait'])
  await kubectl(of, 'delete', 'persistentvolumeclaim', '--all')
  const restored = await openVolumes(of, places)
  await copyFolders(saved, restored)
  await closeVolumes(restored)
  await installed(of)
  assert.equal(await idsOf(of), ids)
  assert.is(await keysOf(of), keys)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Volumes that the release finds again are taken up as its own',
})
test('its own, uninstalled and installed again under another release’s name and the same fullnameOverride', async (_, scope) => {
  const { of } = await sixNodes(scope, 'again')
  await writeAndRead(of, 2000)
  const [keys, ids] = [await keysOf(of), await idsOf(of)]
  await uninstall(of, ['--wait'])
  const renamed: Release = { ...of, name: 'renamed' }
  await installed(renamed, { fullnameOverride: of.fullname })
  assert.equal(await idsOf(renamed), ids)
  assert.is(await keysOf(renamed), keys)
})

test.run()
