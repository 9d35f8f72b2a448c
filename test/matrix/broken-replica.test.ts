import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole } from '../harness/cluster.ts'
import { eventually } from '../harness/deadline.ts'
import { ask } from '../harness/engine.ts'
import type { Release } from '../harness/helm.ts'
import { startLoad } from '../harness/load.ts'
import { type Context, kubectl, sixNodes } from '../harness/moving.ts'
import { suite } from '../harness/suite.ts'
import type { Shard } from '../harness/whole.ts'
import { lostOf } from '../load/judge.ts'

const test = suite<Context>('a rolling restart that meets a shard whose only replica is out of sync', {
  timeout: 400_000,
  setup: (scope) => sixNodes(scope, 'broken'),
})

const ordinal = (pod: string) => Number(pod.match(/\d+$/)?.[0])

/** A shard whose master has the higher ordinal: the roll takes the master first, and is blind to what is below. */
async function masterFirst(of: Release): Promise<{ master: string; replica: string; shard: Shard }> {
  const [first] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const one = first?.primary.pod ?? ''
  const other = first?.replicas[0]?.pod ?? ''
  if (ordinal(one) < ordinal(other)) await ask(of.namespace, other, 'CLUSTER', 'FAILOVER')
  return eventually(`the higher of ${one} and ${other} to be master`, { deadline: 30_000 }, async () => {
    const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 10_000 })
    const [master = '', replica = ''] = [shard?.primary.pod, shard?.replicas[0]?.pod]
    return shard && ordinal(master) > ordinal(replica) ? { master, replica, shard } : undefined
  })
}

const phaseOf = (of: Release, pod: string) =>
  kubectl(of, 'get', 'pod', pod, '--ignore-not-found', '--output', 'jsonpath={.metadata.deletionTimestamp}')

