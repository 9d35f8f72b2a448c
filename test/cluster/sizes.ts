import * as assert from 'uvu/assert'
import type { Shard } from '../../generator/cluster/whole.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { waitUntilWhole } from './cluster.ts'

/** Values for a cluster of so many shards, each with so many replicas. */
export const sized = (shards: number, replicasPerShard = 1): Values => ({
  cluster: { shards, replicasPerShard },
})

/** Upgrades a release to a size that it must reach: whole, with every replica elsewhere than its master. */
export async function resize(of: Release, shards: number, replicas: number): Promise<void> {
  const values = await smallValues(of.flavour, sized(shards, replicas))
  const upgraded = await upgrade(of, values, ['--timeout', '10m'])
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
  const whole = await waitUntilWhole(of, { nodes: shards * (1 + replicas), deadline: 30_000 })
  for (const shard of whole) assert.is(shard.replicas.length, replicas)
  assert.equal(sharing(whole), [])
}

/** Replicas that run where their master does. */
export const sharing = (shards: Shard[]) =>
  shards.flatMap(({ master, replicas }) => replicas.filter(({ place }) => place === master.place))
