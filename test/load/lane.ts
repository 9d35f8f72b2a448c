/** Where writes go: an ordinary client. */
export interface Store {
  set(key: string, value: string): Promise<unknown>
  get(key: string): Promise<string | null>
}

/** What became of one lane's writes. Times are milliseconds since the load began. */
export interface LaneReport {
  name: string
  writes: number
  errors: { at: number; message: string }[]
  /** The longest time without an acknowledgement, and when it began. */
  worstGap: { milliseconds: number; at: number }
  /** Acknowledged writes that could not be read back. */
  lost: { key: string; acknowledged: number; read: string | null }[]
  /** How many writes were acknowledged in each tenth of a second. */
  timeline: number[]
}

/** How a lane runs. */
export interface LaneOptions {
  name: string
  /** Where this lane writes, in turn. */
  keys: string[]
  /** Milliseconds from an acknowledgement to the next write: a client that never rests takes a small machine for itself. */
  rest: number
  now: () => number
  stopped: () => boolean
  /** Called at the first acknowledgement. */
  begun: () => void
}

const KEPT_ERRORS = 100

/** Writes a growing number to its keys, one write after the other, until told to stop. */
export function startLane(store: Store, { name, keys, rest, now, stopped, begun }: LaneOptions) {
  const acknowledged = new Map<string, number>()
  const report: LaneReport = {
    name,
    writes: 0,
    errors: [],
    worstGap: { milliseconds: 0, at: 0 },
    lost: [],
    timeline: [],
  }
  let last = now()

  const gapEnds = (at: number) => {
    if (at - last > report.worstGap.milliseconds) report.worstGap = { milliseconds: at - last, at: last }
    last = at
  }

  async function write(): Promise<void> {
    for (let counter = 1; !stopped(); counter++) {
      const key = keys[counter % keys.length] ?? name
      try {
        await store.set(key, `${counter}`)
        acknowledged.set(key, counter)
        gapEnds(now())
        const tenth = Math.floor(last / 100)
        report.timeline[tenth] = (report.timeline[tenth] ?? 0) + 1
        if (++report.writes === 1) begun()
      } catch (error) {
        if (report.errors.length < KEPT_ERRORS) report.errors.push({ at: now(), message: String(error) })
        await sleep(10)
      }
      if (rest > 0) await sleep(rest)
    }
    // A lane that was silent to the end must not look well.
    gapEnds(now())
  }

  /** Reads everything back. A later value is well: a write may have arrived although its acknowledgement did not. */
  async function verify(): Promise<LaneReport> {
    for (const [key, counter] of acknowledged) {
      const read = await store.get(key).catch((error) => `cannot be read: ${error}`)
      if (!(Number(read) >= counter)) report.lost.push({ key, acknowledged: counter, read })
    }
    report.timeline = Array.from(report.timeline, (writes) => writes ?? 0)
    return report
  }

  return { written: write(), verify }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
