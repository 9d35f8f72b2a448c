import type { Member, Shard } from '../../generator/cluster/whole.ts'
import { waitUntilWhole } from './cluster.ts'
import { eventually } from './deadline.ts'
import { ask } from './engine.ts'
import type { Release } from './helm.ts'

/** A shard whose master is the only one on its Kubernetes node, and its replica, elsewhere. */
export interface LoneMaster {
  primary: Member
  replica: Member
  /** All shards, as they were. */
  shards: Shard[]
  slots: Shard['slots']
}

/**
 * Finds such a shard in a cluster of six nodes on two Kubernetes nodes: with the other masters gone nobody could agree on a
 * failover. Where all masters share a Kubernetes node, hands a shard over first.
 */
export async function loneMaster(of: Release): Promise<LoneMaster> {
  const found = await find(of)
  if (found) return found
  const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  await ask(of.namespace, shard?.replicas[0]?.pod ?? '', 'CLUSTER', 'FAILOVER')
  return eventually('a master to be alone on its Kubernetes node', { deadline: 30_000 }, () => find(of))
}

async function find(of: Release): Promise<LoneMaster | undefined> {
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const places = shards.map(({ primary }) => primary.place)
  for (const { primary, replicas, slots } of shards) {
    const replica = replicas.find(({ place }) => place !== primary.place)
    const isAlone = places.filter((place) => place === primary.place).length === 1
    if (replica && isAlone) return { primary, replica, shards, slots }
  }
  return undefined
}
