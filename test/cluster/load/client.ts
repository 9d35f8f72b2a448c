// The load: an ordinary cluster client with its default settings, which knows a Service's name and a password.
//   node client.js load [--seconds N] [--rest MS] [--mode plain|wait|retrying] [--control HOST]…
//       until SIGTERM or for N seconds; prints a report as JSON
//   node client.js write-read [--keys N]
// CLUSTER_HOST names the Service, CLUSTER_PASSWORD the password.
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Cluster, Redis } from 'ioredis'
import { type LaneReport, type Store, startLane } from './lane.ts'
import { retryingStore } from './retrying.ts'
import { tagsIn } from './slots.ts'
import { type Mode, storeOf } from './store.ts'

/** What the load prints in its last line. */
export interface LoadReport {
  /** What its times count from, in milliseconds since 1970. */
  began: number
  seconds: number
  /** A lane for each shard that there was at the start. */
  lanes: LaneReport[]
  /** A lane for each server that nobody touches: what they suffer, the machine did. */
  controls: LaneReport[]
}

/** What write-read prints. */
export interface WriteReadReport {
  written: number
  read: number
  wrong: number
  seconds: number
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '0' },
    rest: { type: 'string', default: '2' },
    mode: { type: 'string', default: 'plain' },
    control: { type: 'string', multiple: true, default: [] },
    keys: { type: 'string', default: '10000' },
  },
})
/** How many slots of a shard a lane writes to: some of those that move are to be among them. */
const LISTS = 32
/** Milliseconds: each write to a control waits for the disk, and the load must not be what makes the disk slow. */
const CONTROL_REST = 20

const began = performance.now()
const now = () => Math.round(performance.now() - began)
const password = process.env.CLUSTER_PASSWORD
const host = process.env.CLUSTER_HOST ?? 'localhost'
const cluster = new Cluster([{ host, port: 6379 }], password ? { redisOptions: { password } } : {})
// Commands report what goes wrong; without a listener the client would print each reconnect.
cluster.on('error', () => {})

const report = positionals[0] === 'write-read' ? await writeRead(Number(values.keys)) : await load()
await new Promise<void>((done) => process.stdout.write(`${JSON.stringify(report)}\n`, () => done()))
process.exit(0)

async function load(): Promise<LoadReport> {
  let stop = false
  process.once('SIGTERM', () => {
    stop = true
  })
  if (Number(values.seconds) > 0)
    setTimeout(() => {
      stop = true
    }, Number(values.seconds) * 1000)

  const shards = await shardRanges()
  const total = shards.length + values.control.length
  let begun = 0
  const rest = Number(values.rest)
  const lane = (store: Store, name: string, keys: string[], rest: number) =>
    startLane(store, {
      name,
      keys,
      rest,
      now,
      stopped: () => stop,
      begun: () => {
        if (++begun === total) console.log(`begun: ${shards.length} lanes`)
      },
    })
  // Another load's lists are no business of this one, not even of one that began in the same millisecond.
  const run = randomUUID()
  const mode = values.mode as Mode
  const store = mode === 'retrying' ? retryingStore(host, password) : storeOf(cluster, mode)
  const lanes = shards.map((ranges, i) => {
    const keys = tagsIn(ranges, LISTS).map((tag) => `load:${run}:{${tag}}`)
    return lane(store, `shard-${i}`, keys, rest)
  })
  const controls = values.control.map((host, i) => {
    const control = new Redis({ host }).on('error', () => {})
    return lane(storeOf(control), `control-${i}`, [`load:${run}`], Math.max(rest, CONTROL_REST))
  })
  const telling = tellOf(lanes)
  await Promise.all([...lanes, ...controls].map((one) => one.written))
  clearInterval(telling)
  const seconds = now() / 1000
  const reports = (of: typeof lanes) => Promise.all(of.map((one) => one.verify()))
  return {
    began: Math.round(performance.timeOrigin + began),
    seconds,
    lanes: await reports(lanes),
    controls: await reports(controls),
  }
}

/** Tells how many lanes have written within the last second, whenever that changes. */
function tellOf(lanes: { silence(): number }[]): NodeJS.Timeout {
  let told = 0
  return setInterval(() => {
    const writing = lanes.filter((one) => one.silence() < 1000).length
    if (writing !== told) console.log(`writing: ${writing} of ${lanes.length}`)
    told = writing
  }, 200)
}

/** The slot ranges of each shard, as the cluster tells them now. */
async function shardRanges(): Promise<[number, number][][]> {
  const shards = new Map<string, [number, number][]>()
  for (const [first, last, master] of await cluster.cluster('SLOTS')) {
    const id = master?.[2] ?? ''
    shards.set(id, [...(shards.get(id) ?? []), [first, last]])
  }
  if (shards.size === 0) throw new Error(`${host} has no cluster`)
  return [...shards.values()]
}

async function writeRead(keys: number): Promise<WriteReadReport> {
  const all = Array.from({ length: keys }, (_, i) => `write-read:${i}`)
  const result = { written: 0, read: 0, wrong: 0, seconds: 0 }
  await inBatches(all, async (key) => {
    await cluster.set(key, `value of ${key}`)
    result.written++
  })
  await inBatches(all, async (key) => {
    const value = await cluster.get(key)
    if (value !== null) result.read++
    if (value !== `value of ${key}`) result.wrong++
  })
  return { ...result, seconds: now() / 1000 }
}

async function inBatches(keys: string[], work: (key: string) => Promise<void>): Promise<void> {
  for (let start = 0; start < keys.length; start += 100) {
    await Promise.all(keys.slice(start, start + 100).map(work))
  }
}
