import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { createWithKeys, nodesKnown } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

/** The password of every release here: with the network they share, nothing but what is on the volumes tells them apart. */
export const PASSWORD = 'the same for both'

/** What a volume says of whose it is; empty without a mark. */
export const markOf = (release: Loopback, ordinal: number) =>
  readFile(join(release.data(ordinal), 'release'), 'utf8').catch(() => '')

/** Waits until the volumes of these pods are marked as their release's own, and as nobody's copy. */
export async function untilMarked(release: Loopback, ordinals = all(release)): Promise<void> {
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
export async function prepareAt(scope: Scope, first: number): Promise<Loopback> {
  const release = await prepare(scope, { net: 'shared', password: PASSWORD })
  for (const ordinal of all(release)) await release.place(ordinal, first + ordinal)
  return release
}

/** A cluster with keys whose volumes are all marked. */
export async function created(scope: Scope, first = 1): Promise<Loopback> {
  const release = await prepareAt(scope, first)
  await createWithKeys(release, all(release))
  await untilMarked(release)
  return release
}

/** Copies a volume of one release to where another will find it. */
export const copyVolume = (from: Loopback, ordinal: number, to: Loopback, at = ordinal) =>
  cp(from.data(ordinal), to.data(at), { recursive: true, filter: (file) => !file.endsWith('.new') })

/** Starts pods with their keepers. */
export async function startAll(release: Loopback, ordinals = all(release)): Promise<void> {
  await release.start(...ordinals)
  await release.keep(...ordinals)
}

/** What a pod says that must not start its server. */
export async function refusal(release: Loopback, ordinal: number): Promise<string> {
  const started = await release.start(ordinal).then(
    () => 'it started',
    (error: Error) => error.message,
  )
  assert.is(started, `pod ${ordinal} did not start: see its log`)
  return (await release.log(ordinal)).trimEnd().split('\n').at(-1) ?? ''
}

/** How the reconcile Job ends, and what it said last. */
export const reconcile = async (release: Loopback) => {
  const job = await release.script('reconcile.sh')
  return { code: job.code, said: job.stdout.trimEnd().split('\n').at(-1) ?? '' }
}

/** The ids of a release’s nodes, by ordinal. */
export const idsOf = (release: Loopback) =>
  Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'CLUSTER', 'MYID')))

/** Whether every node of a release knows the release's own nodes and no other, each where it is. */
export async function assertOwnNodes(release: Loopback): Promise<void> {
  const own = await Promise.all(
    all(release).map(
      async (ordinal) => `${await release.ask(ordinal, 'CLUSTER', 'MYID')} ${release.address(ordinal)}`,
    ),
  )
  for (const ordinal of all(release)) {
    const nodes = await nodesKnown(release, ordinal)
    const known = nodes.map((line) => line.split(/[ :]/).slice(0, 2).join(' '))
    assert.equal(known.sort(), own.toSorted(), `what pod ${ordinal} of ${release.mark} knows`)
  }
}
