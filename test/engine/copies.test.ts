// depends on: protocol
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all } from '../shared/loopback/loopback.ts'
import {
  assertOwnNodes,
  copyVolume,
  created,
  idsOf,
  PASSWORD,
  prepareAt,
  reconcile,
  startAll,
  untilMarked,
} from './copying.ts'
import { startWriter } from './writer.ts'

const test = suite('volumes that were copied from another release', { timeout: 120_000 })

test.proves({
  topic: 'Loss and recovery',
  promise: 'Copies of all volumes, started beside the living original, become a cluster of their own',
  bound: 'the original’s clients notice nothing, and no acknowledged write is lost',
})
test('all of them, beside the living original: two clusters with all keys, and the original never notices', async (_, scope) => {
  const original = await created(scope)
  // What a server takes while it syncs its file once a second is lost where all are killed: that is not what this asks.
  for (const ordinal of all(original)) await original.ask(ordinal, 'CONFIG', 'SET', 'appendfsync', 'always')
  const writer = await startWriter(original, PASSWORD, scope)
  const keys = await countKeys(original, all(original))
  const copy = await prepareAt(scope, 21)
  for (const ordinal of all(original)) await copyVolume(original, ordinal, copy)
  await startAll(copy)
  const job = await reconcile(copy)
  assert.is(job.code, 0, job.said)
  await untilWhole(copy)
  await untilMarked(copy)

  await original.kill(...all(original))
  await startAll(original)
  await untilWhole(original)
  const { acknowledged, lost } = await writer.stop()
  assert.ok(acknowledged > 1000, `${acknowledged} writes`)
  assert.equal(lost, [])

  // Where the one was, the other comes up.
  for (const release of [original, copy]) await release.kill(...all(release))
  for (const ordinal of all(original)) await original.place(ordinal, 21 + ordinal)
  for (const ordinal of all(copy)) await copy.place(ordinal, 1 + ordinal)
  await Promise.all([original, copy].map((release) => startAll(release)))
  for (const release of [original, copy]) await untilWhole(release)
  for (const release of [original, copy]) {
    await assertOwnNodes(release)
    assert.is(await countKeys(release, all(release)), keys)
  }
  const ids = new Set([...(await idsOf(original)), ...(await idsOf(copy))])
  assert.is(ids.size, 12)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Copies of all volumes, started beside the living original, become a cluster of their own',
  bound: 'the original’s clients notice nothing, and no acknowledged write is lost',
})
test('all of them, made by a chart that knew no mark: they are a cluster, and the original never notices', async (_, scope) => {
  const original = await created(scope)
  const writer = await startWriter(original, PASSWORD, scope)
  const copy = await prepareAt(scope, 21)
  for (const ordinal of all(original)) {
    await copyVolume(original, ordinal, copy)
    await rm(join(copy.data(ordinal), 'release'))
  }
  await startAll(copy)
  await untilWhole(copy)
  await untilMarked(copy)
  await pause(5000)
  assert.equal((await writer.stop()).lost, [])
  for (const release of [original, copy]) await assertOwnNodes(release)
  assert.equal(await idsOf(copy), await idsOf(original))
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Volumes that the release finds again are taken up as its own',
})
test('volumes of the release itself: installed again, or moved in without a mark, it is the cluster it was', async (_, scope) => {
  const release = await created(scope)
  const [keys, ids] = [await countKeys(release, all(release)), await idsOf(release)]
  for (const marked of [true, false]) {
    await release.kill(...all(release))
    for (const ordinal of all(release)) {
      if (!marked) await rm(join(release.data(ordinal), 'release'))
      await release.place(ordinal, (marked ? 41 : 61) + ordinal)
    }
    await startAll(release)
    await untilWhole(release)
    await untilMarked(release)
    assert.equal(await idsOf(release), ids)
    assert.is(await countKeys(release, all(release)), keys)
  }
})

test.run()
