import type { V1Pod } from '@kubernetes/client-node'
import { parseClusterNodes, parseInfo } from '../../generator/cluster/nodes.ts'
import { type Shard, shardsOf, type View, whyNotWhole } from '../../generator/cluster/whole.ts'
import { ask, askAll } from '../kube/engine.ts'
import type { Release } from '../kube/helm.ts'
import { core } from '../kube/kubernetes.ts'
import { eventually, pause } from '../runner/deadline.ts'

/** A release's server pods, by ordinal; those that are going are among them. */
export async function serverPods({ name, namespace }: Release): Promise<V1Pod[]> {
  const labelSelector = `app.kubernetes.io/instance=${name},app.kubernetes.io/component=server`
  const { items } = await core().listNamespacedPod({ namespace, labelSelector })
  return items.sort((a, b) => ordinal(a) - ordinal(b))
}

const ordinal = (pod: V1Pod) => Number(pod.metadata?.name?.match(/\d+$/)?.[0])

/** What each server pod says of the cluster; pods that cannot be asked are left out. */
export async function views(release: Release): Promise<View[]> {
  const asked = (await serverPods(release)).map(async (pod): Promise<View> => {
    const name = pod.metadata?.name ?? ''
    const questions = ['CLUSTER NODES', 'INFO replication'] as const
    const said = await askAll(release.namespace, name, [...questions])
    return {
      pod: name,
      place: pod.spec?.nodeName ?? '',
      nodes: parseClusterNodes(said['CLUSTER NODES']),
      replication: parseInfo(said['INFO replication']),
    }
  })
  const settled = await Promise.allSettled(asked)
  return settled.filter((one) => one.status === 'fulfilled').map(({ value }) => value)
}

/** The lines of CLUSTER NODES of a pod once it shakes no hands: nodes that are let meet again stand there twice meanwhile. */
export const nodesKnown = ({ namespace }: Release, pod: string): Promise<string[]> =>
  eventually(`${pod} to shake no hands`, { deadline: 10_000 }, async (see) => {
    const nodes = (await ask(namespace, pod, 'CLUSTER', 'NODES')).trim()
    see(nodes)
    return nodes.includes('handshake') ? undefined : nodes.split('\n')
  })

/** Waits until `nodes` pods answer, agree on a map of all 16384 slots, and every replica is in sync; returns the shards. */
export function waitUntilWhole(
  release: Release,
  { nodes, deadline }: { nodes: number; deadline: number },
): Promise<Shard[]> {
  return eventually(`${release.name} to be a whole cluster of ${nodes} nodes`, { deadline }, async (see) => {
    const seen = await views(release)
    const reason = whyNotWhole(seen, nodes)
    if (reason) return see(reason) as undefined
    return shardsOf(seen)
  })
}

/** As `waitUntilWhole`, but returns when the look began that saw it so, in milliseconds since 1970: a look takes its time. */
export async function whenWhole(of: Release, wanted: { nodes: number; deadline: number }): Promise<number> {
  const end = Date.now() + wanted.deadline
  for (;;) {
    const began = Date.now()
    const seen = await views(of)
    const reason = whyNotWhole(seen, wanted.nodes)
    if (!reason) return began
    if (began > end) throw new Error(`${of.name} is no whole cluster: ${reason}`)
    await pause(100)
  }
}

/** Waits until every server pod is ready and none is going; returns them. */
export function waitUntilReady(
  release: Release,
  { nodes, deadline }: { nodes: number; deadline: number },
): Promise<V1Pod[]> {
  return eventually(`${nodes} pods of ${release.name} to be ready`, { deadline }, async (see) => {
    const pods = await serverPods(release)
    const ready = pods.filter(({ metadata, status }) => {
      const condition = status?.conditions?.find(({ type }) => type === 'Ready')
      return condition?.status === 'True' && !metadata?.deletionTimestamp
    })
    see(`${ready.length} ready of ${pods.length}`)
    return ready.length === nodes && pods.length === nodes ? pods : undefined
  })
}
