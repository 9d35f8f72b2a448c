import type { Store } from '../../cluster/load/lane.ts'

interface Entry {
  value: string
  /** When it was acknowledged. */
  at: number
}

/** What a planted fault makes of a list. */
export type Fault = (entries: Entry[], list: string) => Entry[]

/** A store in memory with a clock of its own, a millisecond a write, that does to its data what a test plants. */
export interface LossyStore extends Store {
  now(): number
  /** Does this to every list once the clock has come so far, or, without a time, as soon as it is read. */
  plant(fault: Fault, at?: number): void
  /** Every value that a fault has taken away, each once. */
  taken(): string[]
}

export function lossyStore(): LossyStore {
  const lists = new Map<string, Entry[]>()
  const taken: string[] = []
  let planted: { fault: Fault; at: number }[] = []
  let clock = 0

  const strike = (due: number) => {
    for (const { fault } of planted.filter(({ at }) => at <= due)) {
      for (const [list, entries] of lists) {
        const left = fault(entries, list)
        taken.push(...entries.filter((entry) => !left.includes(entry)).map(({ value }) => value))
        lists.set(list, left)
      }
    }
    planted = planted.filter(({ at }) => at > due)
  }
  return {
    now: () => clock,
    plant: (fault, at = Number.POSITIVE_INFINITY) => void planted.push({ fault, at }),
    taken: () => taken,
    async append(list, value) {
      clock++
      strike(clock)
      const entries = lists.get(list) ?? []
      lists.set(list, entries)
      entries.push({ value, at: clock })
      return true
    },
    async range(list, first, last) {
      strike(Number.POSITIVE_INFINITY)
      return (lists.get(list) ?? []).slice(first, last + 1).map(({ value }) => value)
    },
  }
}

/** Takes away what was acknowledged in a span of time. */
export const lose =
  (from: number, to: number): Fault =>
  (entries) =>
    entries.filter(({ at }) => at < from || at > to)
