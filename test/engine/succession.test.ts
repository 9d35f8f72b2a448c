// depends on: protocol
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { aShard, countKeys, createWithKeys, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

const test = suite('who takes a master’s place', { timeout: 120_000 })

const isMaster = async (release: Loopback, ordinal: number) =>
  (await release.ask(ordinal, 'ROLE')).startsWith('master')

const untilMaster = (release: Loopback, ordinals: number[]) =>
  eventually(`pod ${ordinals} to be a master`, { deadline: 30_000 }, async () => {
    const are = await Promise.all(ordinals.map((ordinal) => isMaster(release, ordinal)))
    return are.includes(true) || undefined
  })

/** Waits until a replica's keeper has noted on its volume that its data is complete. */
const untilNoted = (release: Loopback, ordinal: number) =>
  eventually(`pod ${ordinal} to note that it is in sync`, { deadline: 15_000 }, () =>
    noteOf(release, ordinal),
  )

const noteOf = (release: Loopback, ordinal: number) =>
  readFile(join(release.data(ordinal), 'synced'), 'utf8').catch(() => undefined)

/** Brings pods back at other addresses, while the rest stay away. */
async function bringBack(release: Loopback, ordinals: number[]): Promise<void> {
  for (const ordinal of all(release)) await release.place(ordinal, undefined)
  for (const ordinal of ordinals) await release.place(ordinal, ordinal + 101)
  await release.start(...ordinals)
  await release.keep(...ordinals)
}

/** Writes what a replica that is away does not get. */
async function writeLate(release: Loopback, master: number): Promise<void> {
  for (let key = 0; key < 60; key++) await release.ask(master, 'SET', `key:late${key}`, 'late')
}

/** The master comes back after all, and everything is there. */
async function bringBackLast(release: Loopback, master: number, keys: number): Promise<void> {
  await release.start(master)
  await release.keep(master)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
}

/** Long enough for an election to have come and gone: a node counts as failed after five seconds. */
const MEANWHILE = 15_000

for (const replicas of [1, 2]) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'After a restart of all pods a replica in sync takes over from a master that does not come back',
    bound: 'all keys are there',
  })
  test(`all pods were gone and a master does not come back: of ${replicas} replicas in sync one takes over`, async (_, scope) => {
    const release = await prepare(scope, { replicas })
    await createWithKeys(release, all(release))
    const [master, ...heirs] = await aShard(release)
    for (const heir of heirs) await untilNoted(release, heir)
    const others = all(release).filter((ordinal) => ordinal !== master)
    const keys = await countKeys(release, all(release))
    await release.kill(...all(release))
    await bringBack(release, others)
    await untilMaster(release, heirs)
    assert.is(await countKeys(release, others), keys)
    await bringBackLast(release, master, keys)
  })
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'No replica with older data takes the place of a master that may come back with newer data',
})
test('a replica that was long out of sync when all went down waits for its master', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master, replica] = await aShard(release)
  await untilNoted(release, replica)
  const keys = await countKeys(release, all(release))
  await release.kill(...all(release))
  const [id] = (await noteOf(release, replica))?.split(' ') ?? []
  await writeFile(join(release.data(replica), 'synced'), `${id} ${Math.floor(Date.now() / 1000) - 70}\n`)
  await bringBack(
    release,
    all(release).filter((ordinal) => ordinal !== master),
  )
  await pause(MEANWHILE)
  assert.not(await isMaster(release, replica))
  await bringBackLast(release, master, keys)
})

test('a replica that restarted while the cluster ran on waits for its master, which may have later writes, but holds no roll up', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master, replica] = await aShard(release)
  await untilNoted(release, replica)
  await release.kill(replica)
  await writeLate(release, master)
  const keys = await countKeys(release, all(release))
  await release.kill(master)
  await release.start(replica)
  await release.keep(replica)
  const ready = async () =>
    (await release.script('probe.sh', ['readiness'], { ORDINAL: `${replica}` })).code === 0
  assert.not(await ready(), 'its master may be there')
  await pause(MEANWHILE)
  assert.not(await isMaster(release, replica))
  assert.ok(await ready(), 'its master has failed')
  await bringBackLast(release, master, keys)
})

for (const [volumes, takesOver] of [
  ['with volumes', false],
  ['without volumes', true],
] as const) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'No replica with older data takes the place of a master that may come back with newer data',
  })
  test(`${volumes}: a master that left without an heir ${takesOver ? 'is' : 'is not'} replaced by older data`, async (_, scope) => {
    const release = await prepare(scope)
    await writeFile(join(release.folder, 'topology', 'persistence'), `${!takesOver}`)
    await createWithKeys(release, all(release))
    const [master, replica] = await aShard(release)
    // Its master does not let it in any more.
    await release.ask(replica, 'CONFIG', 'SET', 'masteruser', 'nobody')
    await release.ask(replica, 'CLIENT', 'KILL', 'TYPE', 'master')
    await writeLate(release, master)
    const keys = await countKeys(release, all(release))
    const { code, stderr } = await release.script('handover.sh', [], { ORDINAL: `${master}` })
    assert.is(code, 0, stderr)
    await release.kill(master)
    await pause(MEANWHILE)
    assert.is(await isMaster(release, replica), takesOver)
    if (takesOver) return
    await release.ask(replica, 'CONFIG', 'SET', 'masteruser', 'default')
    await bringBackLast(release, master, keys)
    await untilLogged(release, replica, 'it may take over again: OK')
  })
}

test.run()
