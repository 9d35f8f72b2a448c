import type { LaneOptions, LaneReport, Store } from '../../cluster/load/lane.ts'

/**
 * A meter as this project's was once: it writes a growing number to the same few keys and reads the last value of each. It
 * is kept as the proof that the tests of the meter tell a meter that sees from one that does not.
 */
export function startBlindLane(store: Store, { name, keys, now, stopped }: LaneOptions) {
  const acknowledged = new Map<string, number>()
  let writes = 0
  async function write(): Promise<void> {
    for (; !stopped(); writes++) {
      const key = keys[writes % keys.length] ?? name
      await store.append(key, `${writes}`)
      acknowledged.set(key, writes)
    }
  }
  async function verify(): Promise<LaneReport> {
    const gone: string[] = []
    for (const [key, number] of acknowledged) {
      const last = (await store.range(key, 0, Number.MAX_SAFE_INTEGER)).at(-1)
      if (!(Number(last) >= number)) gone.push(key)
    }
    const lost = gone.length > 0 ? [{ count: gone.length, from: now(), to: now() }] : []
    return {
      ...{ name, writes, lost, unconfirmed: 0, errors: [], failures: 0, timeline: [] },
      ...{ gaps: [], twice: 0, disordered: 0, foreign: 0, unreadable: [] },
    }
  }
  return { written: write(), verify }
}
