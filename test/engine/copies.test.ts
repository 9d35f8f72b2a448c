import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually, pause } from '../harness/deadline.ts'
import type { Scope } from '../harness/scope.ts'
import { suite } from '../harness/suite.ts'
import { all, prepare, type Release } from './release.ts'
import { createWithKeys, keysOf, untilWhole } from './whole.ts'
import { startWriter } from './writer.ts'

const PASSWORD = 'the same for both'

// The same password and the same network: nothing but what is on the volumes tells a copy from its original.
const test = suite('volumes that were copied from another release', { timeout: 120_000 })

const markOf = (release: Release, ordinal: number) =>
  readFile(join(release.data(ordinal), 'release'), 'utf8').catch(() => '')

/** Waits until the volumes of these pods are marked as their release's own, and as nobody's copy. */
async function untilMarked(release: Release, ordinals = all(release)): Promise<void> {
  for (const ordinal of ordinals)
    await eventually(
      `pod ${ordinal} of ${release.mark} to mark its volume`,
      { deadline: 15_000 },
      async (see) => {
        const mark = await markOf(release, ordinal)
        see(mark)
        return mark === `${release.mark} ${await release.ask(ordinal, 'CLUSTER', 'MYID')}\n` || undefined
      },
    )
}

/** A release at addresses of its own, from this last number on; nothing of it runs. */
async function prepareAt(scope: Scope, first: number): Promise<Release> {
  const release = await prepare(scope, { net: 'shared', password: PASSWORD })
  for (const ordinal of all(release)) await release.place(ordinal, first + ordinal)
  return release
}

/** A cluster with keys whose volumes are all marked. */
async function created(scope: Scope, first = 1): Promise<Release> {
  const release = await prepareAt(scope, first)
  await createWithKeys(release, all(release))
  await untilMarked(release)
  return release
}

const copyVolume = (from: Release, ordinal: number, to: Release, at = ordinal) =>
  cp(from.data(ordinal), to.data(at), { recursive: true, filter: (file) => !file.endsWith('.new') })

async function startAll(release: Release, ordinals = all(release)): Promise<void> {
  await release.start(...ordinals)
  await release.keep(...ordinals)
}

/** What a pod says that must not start its server. */
async function refusal(release: Release, ordinal: number): Promise<string> {
  const started = await release.start(ordinal).then(
    () => 'it started',
    (error: Error) => error.message,
  )
  assert.is(started, `pod ${ordinal} did not start: see its log`)
  return (await release.log(ordinal)).trimEnd().split('\n').at(-1) ?? ''
}

const reconcile = async (release: Release) => {
  const job = await release.script('reconcile.sh')
  return { code: job.code, said: job.stdout.trimEnd().split('\n').at(-1) ?? '' }
}

const idsOf = (release: Release) =>
  Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'CLUSTER', 'MYID')))

/** Whether every node of a release knows the release's own nodes and no other, each where it is. */
async function assertOwnNodes(release: Release): Promise<void> {
  const own = await Promise.all(
    all(release).map(
      async (ordinal) => `${await release.ask(ordinal, 'CLUSTER', 'MYID')} ${release.address(ordinal)}`,
    ),
  )
  for (const ordinal of all(release)) {
    const nodes = (await release.ask(ordinal, 'CLUSTER', 'NODES')).split('\n')
    const known = nodes.map((line) => line.split(/[ :]/).slice(0, 2).join(' '))
    assert.equal(known.sort(), own.toSorted(), `what pod ${ordinal} of ${release.mark} knows`)
  }
}

test('all of them, beside the living original: two clusters with all keys, and the original never notices', async (_, scope) => {
  const original = await created(scope)
  const writer = await startWriter(original, PASSWORD, scope)
  const keys = await keysOf(original, all(original))
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
    assert.is(await keysOf(release, all(release)), keys)
  }
  const ids = new Set([...(await idsOf(original)), ...(await idsOf(copy))])
  assert.is(ids.size, 12)
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

test('one, in a release that has a cluster: its server does not start, and the log names pod, mark and cure', async (_, scope) => {
  const original = await created(scope)
  const release = await created(scope, 21)
  const keys = await keysOf(release, all(release))
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
  assert.is(await keysOf(release, all(release)), keys)
})

test('some of one release and some of another: no cluster is made of them, and nothing is lost', async (_, scope) => {
  const one = await created(scope)
  const two = await created(scope, 21)
  const mixed = await prepareAt(scope, 41)
  for (const ordinal of all(mixed)) await copyVolume(ordinal < 3 ? one : two, ordinal, mixed)
  await startAll(mixed)
  const keys = await keysOf(mixed, all(mixed))
  const { code, said } = await reconcile(mixed)
  assert.is(code, 3, said)
  assert.match(
    said,
    new RegExp(
      `refuse +the volume of pod 0 is a copy of one of ${one.mark}, and that of pod 3 is a copy of one of ${two.mark}`,
    ),
  )
  assert.is(await keysOf(mixed, all(mixed)), keys)
  await assertOwnNodes(one)
  await assertOwnNodes(two)
})

test('too few of them: no cluster is created over their keys', async (_, scope) => {
  const original = await created(scope)
  const copy = await prepareAt(scope, 21)
  const roles = await Promise.all(all(original).map((ordinal) => original.ask(ordinal, 'ROLE')))
  const masters = all(original).filter((ordinal) => roles[ordinal]?.startsWith('master'))
  for (const ordinal of masters.slice(1)) await copyVolume(original, ordinal, copy)
  await startAll(copy)
  const keys = await keysOf(copy, all(copy))
  const { code, said } = await reconcile(copy)
  assert.is(code, 3, said)
  assert.match(said, /is a copy of one of \S+, and the masters there are have \d+ of 16384 slots/)
  // Nor does pod 0 create one by itself.
  await pause(20_000)
  assert.is(await keysOf(copy, all(copy)), keys)
  for (const ordinal of all(copy)) {
    const slots = (await copy.ask(ordinal, 'CLUSTER', 'INFO')).match(/cluster_slots_assigned:(\d+)/)?.[1]
    assert.ok(Number(slots) < 16384, `pod ${ordinal} knows ${slots} slots`)
  }
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

test('cut short at any moment of its start: the next start goes on, and the node has the same new id', async (_, scope) => {
  const original = await created(scope)
  const replica = (
    await Promise.all(all(original).map((ordinal) => original.ask(ordinal, 'ROLE')))
  ).findIndex((role) => role.startsWith('slave'))
  const copy = await prepareAt(scope, 21)
  const cut = await startsCutShort(copy)
  const nodes = new Set<string>()
  for (let step = 1; ; step++) {
    await rm(copy.data(replica), { recursive: true, force: true })
    await copyVolume(original, replica, copy)
    const wasCut = await cut(step, replica)
    await copy.start(replica)
    const own = await copy.ask(replica, 'CLUSTER', 'MYID')
    const known = (await copy.ask(replica, 'CLUSTER', 'NODES')).split('\n').map((line) => line.split(' ')[0])
    nodes.add(known.sort().join())
    assert.match(await markOf(copy, replica), new RegExp(`^${copy.mark} ${own} ${original.mark}\n`))
    await copy.kill(replica)
    if (!wasCut) {
      assert.ok(step > 5, `${step} steps`)
      break
    }
  }
  assert.is(nodes.size, 1)
  const [known = ''] = nodes
  assert.is(known.split(',').length, 2, 'itself and its master')
  const ids = await idsOf(original)
  for (const id of known.split(',')) assert.not.ok(ids.includes(id), id)
})

/**
 * Has the programs that change a volume count their calls in a pod's start. What it returns starts a pod whose start is killed
 * before call number `step`, and tells whether there was such a call.
 */
async function startsCutShort(
  release: Release,
): Promise<(step: number, ordinal: number) => Promise<boolean>> {
  const steps = join(release.folder, 'steps')
  for (const program of ['mv', 'rm', 'sync']) {
    const path = join(release.bin, program)
    await rename(path, `${path}-real`)
    await writeFile(
      path,
      `#!/bin/sh
case "$*" in *space.*|*ready*) exec "$0-real" "$@" ;; esac
if [ -e '${steps}' ]; then
  read -r left <'${steps}'
  echo "$((left - 1))" >'${steps}'
  if [ "$left" = 1 ]; then kill -9 0; fi
fi
exec "$0-real" "$@"
`,
      { mode: 0o755 },
    )
  }
  return async (step, ordinal) => {
    await writeFile(steps, `${step}\n`)
    await release.start(ordinal).catch(() => {})
    await release.kill(ordinal)
    const left = Number(await readFile(steps, 'utf8'))
    await rm(steps)
    return left <= 0
  }
}

test('volumes of the release itself: installed again, or moved in without a mark, it is the cluster it was', async (_, scope) => {
  const release = await created(scope)
  const [keys, ids] = [await keysOf(release, all(release)), await idsOf(release)]
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
    assert.is(await keysOf(release, all(release)), keys)
  }
})

test.run()
