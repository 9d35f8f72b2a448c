import type { Member, Shard } from '../../generator/cluster/whole.ts'
import { ask } from '../kube/engine.ts'
import type { Release } from '../kube/helm.ts'
import { eventually } from '../runner/deadline.ts'
import { waitUntilWhole } from './cluster.ts'

/** A shard whose master is the only one on its Kubernetes node, and its replica, elsewhere. */
export interface LoneMaster {
  master: Member
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
  const places = shards.map(({ master }) => master.place)
  for (const { master, replicas, slots } of shards) {
    const replica = replicas.find(({ place }) => place !== master.place)
    const isAlone = places.filter((place) => place === master.place).length === 1
    if (replica && isAlone) return { master, replica, shards, slots }
  }
  return undefined
}
