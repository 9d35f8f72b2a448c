// depends on: protocol
import { rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all } from '../shared/loopback/loopback.ts'
import {
  assertOwnNodes,
  copyVolume,
  created,
  prepareAt,
  reconcile,
  refusal,
  startAll,
  untilMarked,
} from './copying.ts'

const test = suite('volumes that do not belong together', { timeout: 120_000 })

test.proves({
  topic: 'Loss and recovery',
  promise: 'Volumes that do not belong together are refused by name',
})
test('one, in a release that has a cluster: its server does not start, and the log names pod, mark and cure', async (_, scope) => {
  const original = await created(scope)
  const release = await created(scope, 21)
  const keys = await countKeys(release, all(release))
  await release.kill(5)
  await rm(release.data(5), { recursive: true })
  await copyVolume(original, 5, release)
  const said = await refusal(release, 5)
  for (const part of [`r${release.mark.slice(6)}-5`, original.mark, 'data-', 'has a cluster already'])
    assert.match(said, part)

  // All at once: the others' servers start while the copy still waits for them.
  await release.kill(...all(release))
  const others = startAll(release, [0, 1, 2, 3, 4])
  assert.match(await refusal(release, 5), 'has a cluster already')
  await others

  // What it says works.
  await rm(release.data(5), { recursive: true })
  await startAll(release, [5])
  await untilMarked(release, [5])
  const upgrade = await reconcile(release)
  assert.is(upgrade.code, 0, upgrade.said)
  await untilWhole(release)
  await assertOwnNodes(original)
  assert.is(await countKeys(release, all(release)), keys)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Volumes that do not belong together are refused by name',
})
test('some of one release and some of another: whoever comes later does not start, and nothing is lost', async (_, scope) => {
  const one = await created(scope)
  const two = await created(scope, 21)
  const mixed = await prepareAt(scope, 41)
  for (const ordinal of all(mixed)) await copyVolume(ordinal < 3 ? one : two, ordinal, mixed)
  // Where all come up in the same moment none of them sees the others, and the Job refuses: a case of the planner's.
  await startAll(mixed, [0, 1, 2])
  const keys = await countKeys(mixed, [0, 1, 2])
  for (const ordinal of [3, 4, 5]) {
    const said = await refusal(mixed, ordinal)
    for (const part of ['refuse', two.mark, 'has a cluster already', 'data-']) assert.match(said, part)
  }
  assert.is(await countKeys(mixed, [0, 1, 2]), keys)
  await assertOwnNodes(one)
  await assertOwnNodes(two)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Volumes that do not belong together are refused by name',
})
test('too few of them: no cluster is created over their keys', async (_, scope) => {
  const original = await created(scope)
  const copy = await prepareAt(scope, 21)
  const roles = await Promise.all(all(original).map((ordinal) => original.ask(ordinal, 'ROLE')))
  const masters = all(original).filter((ordinal) => roles[ordinal]?.startsWith('master'))
  for (const ordinal of masters.slice(1)) await copyVolume(original, ordinal, copy)
  await startAll(copy)
  const keys = await countKeys(copy, all(copy))
  const { code, said } = await reconcile(copy)
  assert.is(code, 3, said)
  assert.match(said, /is a copy of one of \S+, and the masters there are have \d+ of 16384 slots/)
  // Nor does pod 0 create one by itself.
  await pause(20_000)
  assert.is(await countKeys(copy, all(copy)), keys)
  for (const ordinal of all(copy)) {
    const slots = (await copy.ask(ordinal, 'CLUSTER', 'INFO')).match(/cluster_slots_assigned:(\d+)/)?.[1]
    assert.ok(Number(slots) < 16384, `pod ${ordinal} knows ${slots} slots`)
  }
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Volumes that do not belong together are refused by name',
})
test('one of another pod of the same release: never do two servers run with one id', async (_, scope) => {
  const release = await created(scope)
  await release.kill(5)
  await rm(release.data(5), { recursive: true })
  await copyVolume(release, 4, release, 5)
  assert.match(
    await refusal(release, 5),
    /another pod of this release runs as the node that this volume holds/,
  )
})

test.run()
