import type { Shard } from '../../generator/cluster/whole.ts'
import type { Release } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'

/** A replica that became its shard's master by an election. */
export interface Takeover {
  pod: string
  /** Milliseconds since 1970. */
  at: number
}

/** Every election that these shards' servers have won since then, by shard, as their logs tell; restarts empty a log. */
export function takeovers(of: Release, shards: Shard[], since: number): Promise<Takeover[][]> {
  return Promise.all(
    shards.map(async ({ master, replicas }) => {
      const won = await Promise.all([master, ...replicas].map(({ pod }) => wonBy(of, pod, since)))
      return won.flat()
    }),
  )
}

async function wonBy(of: Release, pod: string, since: number): Promise<Takeover[]> {
  const log = await kubectl(of, 'logs', pod, '--container', 'server', '--timestamps')
  return log
    .split('\n')
    .filter((line) => line.includes('Failover election won'))
    .map((line) => ({ pod, at: Date.parse(line.split(' ', 1)[0] ?? '') }))
    .filter(({ at }) => at >= since)
}
