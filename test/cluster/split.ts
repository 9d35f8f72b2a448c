import type { Release } from '../kube/helm.ts'
import { type Cut, cutOff } from '../kube/partition.ts'
import { pause } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { waitUntilWhole } from './cluster.ts'
import type { LoadReport } from './load/client.ts'
import { startLoad } from './load/start.ts'
import { type LoneMaster, loneMaster } from './lone-master.ts'
import { type Takeover, takeovers } from './takeovers.ts'

/** How long a failover takes by default, in milliseconds: `cluster.nodeTimeoutMilliseconds`. */
export const NODE_TIMEOUT = 5000

/**
 * After how many milliseconds a master that hears nobody any more takes no writes. A server asks each other for an answer at
 * least every half node timeout, and waits a node timeout for it; a second is for a busy machine. Where it goes on hearing
 * them for a moment although its own words do not arrive, it may take another half.
 */
export const stopsWithin = ({ oneWay }: Cut) => (oneWay ? 2 : 1.5) * NODE_TIMEOUT + 1000

/** What became of a cluster of which a part was cut off. Times are milliseconds since 1970. */
export interface Split {
  cutAt: number
  /** When the last packet had passed. */
  isCutAt: number
  /** From then on the lone master may take no more writes. */
  stopsAt: number
  healedAt: number
  alone: LoneMaster
  /** What its shard and the other shards have seen of elections since the cut. */
  ownTakeovers: Takeover[]
  otherTakeovers: Takeover[][]
  /** What clients saw on the side of the one master, and on the side of the others. */
  smaller: LoadReport
  larger: LoadReport
  /** And one on the smaller side that takes a write for acknowledged only when a replica has it too. */
  confirmed: LoadReport
}

/**
 * Cuts the Kubernetes node of a lone master off for so many seconds, under load on either side, heals it, and waits until
 * the cluster is whole.
 */
export async function split(of: Release, scope: Scope, cut: Cut, seconds: number): Promise<Split> {
  const alone = await loneMaster(of)
  const here = { on: alone.master.place }
  const loads = [
    startLoad(of, here),
    startLoad(of, { on: alone.replica.place }),
    startLoad(of, { ...here, mode: 'wait' }),
  ] as const
  const [smaller, larger, confirmed] = await Promise.all(loads)
  const cutAt = Date.now()
  const heal = await cutOff(scope, alone.master.place, cut)
  const isCutAt = Date.now()
  await pause(seconds * 1000)
  const healedAt = Date.now()
  await heal()
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const others = alone.shards.filter(({ master }) => master.id !== alone.master.id)
  const own = alone.shards.filter(({ master }) => master.id === alone.master.id)
  const reports = await Promise.all([smaller.stop(), larger.stop(), confirmed.stop()])
  return {
    cutAt,
    isCutAt,
    stopsAt: isCutAt + stopsWithin(cut),
    healedAt,
    alone,
    ownTakeovers: (await takeovers(of, own, cutAt)).flat(),
    otherTakeovers: await takeovers(of, others, cutAt),
    smaller: reports[0],
    larger: reports[1],
    confirmed: reports[2],
  }
}
