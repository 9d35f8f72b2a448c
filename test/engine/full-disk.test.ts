// depends on: protocol
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../runner/command.ts'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

const test = suite('a volume that takes no data', { timeout: 90_000 })

// Only root may mount; elsewhere a person or a runner that may become root without a password can run this.
const asRoot = (...command: string[]) =>
  process.getuid?.() === 0
    ? must(command[0] ?? '', command.slice(1))
    : must('sudo', ['--non-interactive', ...command])

/** Gives a pod a volume of a few megabytes. */
async function smallVolume(scope: Scope, release: Loopback, ordinal: number): Promise<void> {
  const folder = release.data(ordinal)
  await mkdir(folder, { recursive: true })
  await asRoot('mount', '-t', 'tmpfs', '-o', `size=8m,uid=${process.getuid?.()}`, 'small', folder)
  scope.defer(() => asRoot('umount', '--lazy', folder))
}

/**
 * Waits until no server has anything to learn of another: each would write it to nodes.conf, and ends at once if it cannot. The
 * last thing they learn, with one of their pings, is which shard a node counts itself to.
 */
async function untilSettled(release: Loopback): Promise<void> {
  await eventually('all nodes.conf to say the same of each node', { deadline: 20_000 }, async (see) => {
    const said = await Promise.all(all(release).map((ordinal) => nodesConf(release, ordinal)))
    see(said.join('\n\n'))
    return new Set(said).size === 1 || undefined
  })
}

/** What a server keeps of all nodes, itself included: id, address and shard, master, epoch and slots. */
async function nodesConf(release: Loopback, ordinal: number): Promise<string> {
  const text = await readFile(join(release.data(ordinal), 'nodes.conf'), 'utf8')
  const nodes = text.split('\n').filter((line) => line.includes('@'))
  return nodes
    .map((line) => line.split(' '))
    .map(([id, address, , master, , , epoch, , ...slots]) => [id, address, master, epoch, ...slots].join(' '))
    .sort()
    .join('\n')
}

/** Fills a volume to the last byte. */
async function fill(release: Loopback, ordinal: number): Promise<() => Promise<void>> {
  const file = join(release.data(ordinal), 'lost+found')
  await writeFile(file, Buffer.alloc(16_000_000)).catch(() => {})
  return () => rm(file)
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A full volume stops writes to its own shard alone, and room mends it',
  bound: 'what was acknowledged is there',
})
test('a master’s: it refuses writes, the others go on, room mends it, and what it acknowledged outlives it', async (_, scope) => {
  const release = await prepare(scope)
  await smallVolume(scope, release, 0)
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  assert.match(await release.ask(0, 'ROLE'), /^master/)
  const [own = ''] = (await release.ask(0, 'KEYS', 'key:*')).split('\n')
  let acknowledged = own
  const untilAnswered = (expected: RegExp) =>
    eventually(`a write to be answered ${expected}`, { deadline: 20_000 }, async (see) => {
      const value = `${acknowledged.length}-`.repeat(2000)
      const answer = await release.ask(0, 'SET', own, value)
      see(answer)
      if (answer === 'OK') acknowledged = value
      return expected.test(answer) || undefined
    })

  await untilSettled(release)
  const makeRoom = await fill(release, 0)
  await untilAnswered(/^MISCONF/)
  await untilLogged(release, 0, /volume +the server cannot save to its volume.*PersistentVolumeClaim data-/)
  for (const other of [1, 2]) {
    const [key = ''] = (await release.ask(other, 'KEYS', 'key:*')).split('\n')
    assert.is(await release.ask(other, 'SET', key, key), 'OK')
  }
  await makeRoom()
  await untilAnswered(/^OK/)
  await untilLogged(release, 0, 'the server saves to its volume again')

  const makeRoomAgain = await fill(release, 0)
  await untilAnswered(/^MISCONF/)
  await release.kill(0)
  // Whether it starts at all from a full volume differs between engines; a kubelet would try again and again.
  await release.start(0).catch(() => {})
  assert.match(
    await release.log(0),
    /this master's volume is full: waiting.*\n.*its slots have another owner now/,
  )
  await makeRoomAgain()
  if ((await release.ask(0, 'PING')) !== 'PONG') await release.start(0)
  await release.keep(0)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
  const [, heir = ''] = (await release.ask(0, 'ROLE')).split('\n')
  const [ordinal = 0] = all(release).filter((one) => release.address(one) === heir)
  assert.is(await release.ask(ordinal, 'GET', own), acknowledged)
})

test('one that is read-only: the pod says so before its server starts', async (_, scope) => {
  const release = await prepare(scope)
  await smallVolume(scope, release, 0)
  await asRoot('mount', '-o', 'remount,ro', release.data(0))
  const refused = await release.start(0).catch((error: Error) => error.message)
  assert.is(refused, 'pod 0 did not start: see its log')
  const log = await release.log(0)
  assert.match(
    log,
    /refuse +the server cannot write to its volume\. \S+ is mounted read-only.*delete the pod\.\n$/,
  )
  assert.not.match(log, /df shows|start +redis|start +valkey/)
})

test.run()
