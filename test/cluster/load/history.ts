/** Acknowledged writes that are gone, as one stretch of time. Times are milliseconds since the load began. */
export interface Loss {
  count: number
  /** When the first and the last of them were acknowledged. */
  from: number
  to: number
}

/** What became of the writes that a lane made, as its lists tell in the end. */
export interface Findings {
  /** Acknowledged writes that are gone, by when they were acknowledged. */
  lost: Loss[]
  /** Writes that stand there more than once: an ordinary client repeats a write whose answer it never got. */
  twice: number
  /** Acknowledged writes that stand behind one that was sent after their acknowledgement. */
  disordered: number
  /** Values that this lane never sent there. */
  foreign: number
  /** Lists that could not be read, and how many acknowledged writes are in them: nobody can say whether those are lost. */
  unreadable: { list: string; acknowledged: number; why: string }[]
}

/** The writes of one lane: numbers from 0 on, each sent once, one after the other. */
export interface History {
  /** How many were sent. */
  readonly sent: number
  /** Takes note of a write that is sent now, and returns its number. */
  send(): number
  acknowledge(number: number, at: number): void
  /** When a write was acknowledged; nothing if it was not. */
  acknowledgedAt(number: number): number | undefined
}

/** Losses less than this apart, in milliseconds, are told as one. */
const APART = 1000

/** A history without any write. Four bytes a write: ten minutes of load come to a few megabytes. */
export function startHistory(): History {
  let times = new Uint32Array(4096)
  let sent = 0
  return {
    get sent() {
      return sent
    },
    send() {
      if (sent === times.length) {
        const longer = new Uint32Array(2 * times.length)
        longer.set(times)
        times = longer
      }
      return sent++
    },
    // Zero stands for no acknowledgement.
    acknowledge(number, at) {
      times[number] = Math.round(at) + 1
    },
    acknowledgedAt: (number) => (times[number] ? times[number] - 1 : undefined),
  }
}

/** Where a lane's writes go: to several lists in turn, and to new ones when these hold enough. */
export interface Lists {
  /** The name of the list that a number goes to. */
  listOf(number: number): string
  /** Every list that holds some of the numbers below `sent`, and which numbers belong there, in order. */
  all(sent: number): { list: string; numbers: number[] }[]
}

/** Lists named after `keys`, of at most `length` numbers each. */
export function listsOf(keys: string[], length: number): Lists {
  const round = keys.length * length
  const name = (key: number, generation: number) => `${keys[key]}:${generation}`
  return {
    listOf: (number) => name(number % keys.length, Math.floor(number / round)),
    all: (sent) =>
      Array.from({ length: Math.ceil(sent / round) }, (_, generation) =>
        keys.map((_, key) => ({
          list: name(key, generation),
          numbers: numbersIn(generation * round + key, keys.length, Math.min(sent, (generation + 1) * round)),
        })),
      )
        .flat()
        .filter(({ numbers }) => numbers.length > 0),
  }
}

const numbersIn = (first: number, step: number, end: number) =>
  Array.from({ length: Math.max(0, Math.ceil((end - first) / step)) }, (_, i) => first + i * step)

/** Reads a lane's lists, one after the other, and holds them against what was acknowledged. */
export async function findings(
  history: History,
  lists: Lists,
  read: (list: string) => AsyncIterable<string>,
): Promise<Findings> {
  const found: Findings = { lost: [], twice: 0, disordered: 0, foreign: 0, unreadable: [] }
  const gone: number[] = []
  for (const { list, numbers } of lists.all(history.sent)) {
    const acknowledged = numbers.filter((number) => history.acknowledgedAt(number) !== undefined)
    const expected = new Set(numbers)
    const seen = new Set<number>()
    let highest = -1
    try {
      for await (const value of read(list)) {
        const number = Number(value)
        if (!expected.has(number)) found.foreign++
        else if (seen.has(number)) found.twice++
        // A write that was never acknowledged may arrive whenever it likes.
        else if (number < highest && history.acknowledgedAt(number) !== undefined) found.disordered++
        seen.add(number)
        highest = Math.max(highest, number)
      }
      for (const number of acknowledged) if (!seen.has(number)) gone.push(history.acknowledgedAt(number) ?? 0)
    } catch (error) {
      found.unreadable.push({ list, acknowledged: acknowledged.length, why: String(error) })
    }
  }
  found.lost = stretches(gone)
  return found
}

/** Moments as stretches of time, by APART. */
function stretches(moments: number[]): Loss[] {
  const losses: Loss[] = []
  for (const at of moments.sort((a, b) => a - b)) {
    const last = losses.at(-1)
    if (last && at - last.to <= APART) {
      last.count++
      last.to = at
    } else losses.push({ count: 1, from: at, to: at })
  }
  return losses
}
