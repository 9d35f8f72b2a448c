// depends on: protocol
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { createWithKeys, keyOf, shardsOf, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { startAlone } from './outage.ts'

const test = suite('a master with a successor that nobody has heard of', { timeout: 150_000 })

/** For how many milliseconds the engine lets a master wait that has been without a majority, so that it hears of a successor. */
const ENGINES_DELAY = 5000
/** For how long a successor is out of reach once the others are back: it then has time left to be heard. */
const SHORTEST = 600
const LONGEST = 2500

/** Keeps the successor out of the others' reach for so many milliseconds, and starts it. */
type Hide = (release: Loopback, heir: number, milliseconds: number) => Promise<void>

const ways: [name: string, hide: Hide][] = [
  [
    'is silent',
    async (release, heir, milliseconds) => {
      await pause(milliseconds)
      await release.start(heir)
    },
  ],
  [
    'is stopped',
    async (release, heir, milliseconds) => {
      const close = await mute(release.address(heir))
      await pause(milliseconds)
      await close()
      await release.start(heir)
    },
  ],
  [
    'is slow',
    async (release, heir, milliseconds) => {
      await release.start(heir)
      const [, pid] = /process_id:(\d+)/.exec(await release.ask(heir, 'INFO', 'server')) ?? []
      for (const end = performance.now() + milliseconds; performance.now() < end; await pause(10)) {
        process.kill(Number(pid), 'SIGSTOP')
        await pause(190)
        process.kill(Number(pid), 'SIGCONT')
      }
    },
  ],
  [
    'answers, but reaches no other server',
    async (release, heir, milliseconds) => {
      const lines = join(release.config(heir), 'extra.conf')
      await writeFile(lines, 'cluster-port 16999\n')
      // Without a topology it looks for nobody.
      const lone = await release.background('start.sh', { ORDINAL: `${heir}`, TOPOLOGY: release.run(heir) })
      await pause(milliseconds)
      assert.match(await release.ask(heir, 'ROLE'), /^master/)
      await lone.killAll()
      await rm(lines)
      await release.start(heir)
    },
  ],
]

/** Listens at an address, where it takes connections and says nothing; returns what ends that. */
async function mute(address: string): Promise<() => Promise<void>> {
  const sockets: Socket[] = []
  const servers: Server[] = []
  for (const port of [6379, 16379]) {
    const server = createServer((socket) => void sockets.push(socket.on('error', () => {})))
    await new Promise<void>((resolve) => server.listen(port, address, resolve))
    servers.push(server)
  }
  return async () => {
    for (const socket of sockets) socket.destroy()
    for (const server of servers) await new Promise((resolve) => server.close(resolve))
  }
}

/** Kills all pods, and lets a replica take over while it is alone; it is gone before anybody has heard of that. */
async function takeOverUnheard(release: Loopback, heir: number): Promise<void> {
  await release.kill(...all(release))
  await release.start(heir)
  assert.is(await release.ask(heir, 'CLUSTER', 'FAILOVER', 'TAKEOVER'), 'OK')
  await eventually(
    'the replica to be a master',
    { deadline: 5000, every: 20 },
    async () => (await release.ask(heir, 'ROLE')).startsWith('master') || undefined,
  )
  await release.kill(heir)
}

/** Writes to a master all the while; returns what tells which writes it took, in milliseconds since then, until it is a replica. */
function writeTo(release: Loopback, master: number, key: string): () => Promise<number[]> {
  const began = performance.now()
  const taken: number[] = []
  const done = eventually(
    `pod ${master} to follow its successor`,
    { deadline: 30_000, every: 10 },
    async (see) => {
      const answer = await release.ask(master, 'SET', key, 'after')
      see(answer)
      if (answer === 'OK') taken.push(performance.now() - began)
      return answer.startsWith('MOVED') || undefined
    },
  )
  // Awaited later: until then its failure is nobody's.
  done.catch(() => {})
  return async () => {
    await done
    return taken
  }
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master that comes back takes no write while it may have a successor that it has not heard of',
})
test('an old master takes no write while its successor cannot be heard, whatever keeps the successor', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  for (const [name, hide] of ways) {
    const [[master, heir] = []] = await shardsOf(release)
    if (master === undefined || heir === undefined) throw new Error('no shard has a replica')
    const others = all(release).filter((ordinal) => ordinal !== master && ordinal !== heir)
    const key = await keyOf(release, master)
    await takeOverUnheard(release, heir)
    await startAlone(release, master)
    await release.keep(master)
    const taken = writeTo(release, master, key)
    await release.keep(...others)
    await release.start(...others)
    const milliseconds = Math.round(SHORTEST + Math.random() * (LONGEST - SHORTEST))
    await hide(release, heir, milliseconds)
    await release.keep(heir)
    const early = (await taken()).filter((at) => at < ENGINES_DELAY)
    assert.equal(early, [], `writes that were taken although its successor ${name}, for ${milliseconds} ms`)
    await untilWhole(release)
  }
})

test.run()
