import { type Findings, findings, listsOf, startHistory } from './history.ts'

/** Where writes go: an ordinary client. */
export interface Store {
  /** Adds a value to a list's end. False: it is written, but not by as many servers as were asked for. */
  append(list: string, value: string): Promise<boolean>
  /** A list's values from one place to another, both included. */
  range(list: string, first: number, last: number): Promise<string[]>
}

/** A time without an acknowledgement, and when it began, in milliseconds. */
export interface Gap {
  at: number
  milliseconds: number
}

/** What became of one lane's writes. Times are milliseconds since the load began. */
export interface LaneReport extends Findings {
  name: string
  /** Acknowledged writes. */
  writes: number
  /** Writes that were answered, but not confirmed by a replica: asked for by `wait` alone. */
  unconfirmed: number
  /** The first errors, and how many there were. */
  errors: { at: number; message: string }[]
  failures: number
  /** Each gap of a twentieth of a second or more, and the longest whatever it is. */
  gaps: Gap[]
  /** How many writes were acknowledged in each tenth of a second. */
  timeline: number[]
}

/** How a lane runs. */
export interface LaneOptions {
  name: string
  /** What its lists are called; it writes to them in turn. */
  keys: string[]
  /** Milliseconds from an acknowledgement to the next write: a client that never rests takes a small machine for itself. */
  rest: number
  now: () => number
  stopped: () => boolean
  /** Called at the first acknowledgement. */
  begun: () => void
}

const KEPT_ERRORS = 100
const KEPT_GAP = 50
/** A list's most values, and how many are read at once: neither a server nor the reader stands still for long. */
const LIST = 4000
const PAGE = 1000

/**
 * Appends numbers that are never used twice to its lists, one write after the other, until told to stop. A value that is set
 * again and again would hide each loss behind the next write.
 */
export function startLane(store: Store, { name, keys, rest, now, stopped, begun }: LaneOptions) {
  const history = startHistory()
  const lists = listsOf(keys, LIST)
  const told = {
    name,
    writes: 0,
    unconfirmed: 0,
    errors: [] as LaneReport['errors'],
    failures: 0,
    gaps: [] as Gap[],
    timeline: [] as number[],
  }
  let last = now()
  let longest = 0

  const gapEnds = (at: number) => {
    const milliseconds = at - last
    if (milliseconds >= KEPT_GAP || milliseconds > longest) told.gaps.push({ at: last, milliseconds })
    longest = Math.max(longest, milliseconds)
    last = at
  }

  function acknowledged(number: number): void {
    history.acknowledge(number, now())
    gapEnds(now())
    const tenth = Math.floor(last / 100)
    told.timeline[tenth] = (told.timeline[tenth] ?? 0) + 1
    if (++told.writes === 1) begun()
  }

  async function write(): Promise<void> {
    while (!stopped()) {
      const number = history.send()
      try {
        if (await store.append(lists.listOf(number), `${number}`)) acknowledged(number)
        else told.unconfirmed++
      } catch (error) {
        told.failures++
        if (told.errors.length < KEPT_ERRORS) told.errors.push({ at: now(), message: String(error) })
        await sleep(10)
      }
      if (rest > 0) await sleep(rest)
    }
    // A lane that was silent to the end must not look well.
    gapEnds(now())
  }

  async function* read(list: string) {
    for (let first = 0; ; first += PAGE) {
      const page = await store.range(list, first, first + PAGE - 1)
      yield* page
      if (page.length < PAGE) return
    }
  }

  /** Reads everything back. */
  async function verify(): Promise<LaneReport> {
    told.timeline = Array.from(told.timeline, (writes) => writes ?? 0)
    return { ...told, ...(await findings(history, lists, read)) }
  }

  return { written: write(), verify, silence: () => now() - last }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
