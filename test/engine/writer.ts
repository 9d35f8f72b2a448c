import { Cluster } from 'ioredis'
import { countWrites, notKept, worstGap } from '../cluster/load/judge.ts'
import { startLane } from '../cluster/load/lane.ts'
import { storeOf } from '../cluster/load/store.ts'
import type { Scope } from '../runner/scope.ts'
import { all, type Loopback } from '../shared/loopback/loopback.ts'

/** A client that writes all the while. */
export interface Writer {
  /**
   * Ends it, and reads everything back: how many writes were acknowledged, what is gone or cannot be told, and the longest time in
   * which one of the lanes had no write acknowledged, in milliseconds.
   */
  stop(): Promise<{ acknowledged: number; lost: string[]; gap: number }>
}

const LANES = 12

/** Starts writing to all shards of a release. */
export async function startWriter(release: Loopback, password: string, scope: Scope): Promise<Writer> {
  const nodes = all(release).map((ordinal) => ({ host: release.address(ordinal), port: 6379 }))
  const cluster = new Cluster(nodes, { redisOptions: { password, commandTimeout: 2000 } })
  cluster.on('error', () => {})
  scope.defer(() => cluster.disconnect())
  let stopped = false
  const began = performance.now()
  const lanes = Array.from({ length: LANES }, (_, i) =>
    startLane(storeOf(cluster), {
      name: `lane-${i}`,
      keys: [`list:${i}`],
      rest: 5,
      now: () => Math.round(performance.now() - began),
      stopped: () => stopped,
      begun: () => {},
    }),
  )
  return {
    async stop() {
      stopped = true
      await Promise.all(lanes.map(({ written }) => written))
      const reports = await Promise.all(lanes.map((lane) => lane.verify()))
      const report = { began: 0, seconds: 0, lanes: reports, controls: [] }
      return { acknowledged: countWrites(report), lost: notKept(report), gap: worstGap(report).milliseconds }
    },
  }
}
