import { type V1Pod, Watch } from '@kubernetes/client-node'
import { core, kubeConfig } from '../kube/kubernetes.ts'
import type { Moment } from '../shared/by-hand/log.ts'
import type { Subject } from '../shared/by-hand/sides.ts'

/** Notes when pods go and when others are ready in their place, until the function returned is called. */
export async function watchPods({ namespace, selector }: Subject): Promise<() => Moment[]> {
  const { items, metadata } = await core().listNamespacedPod({ namespace, labelSelector: selector })
  const moments: Moment[] = []
  const known = new Set(items.map(stateOf))
  const watching = await new Watch(kubeConfig()).watch(
    `/api/v1/namespaces/${namespace}/pods`,
    { labelSelector: selector, resourceVersion: metadata?.resourceVersion },
    (_, pod: V1Pod) => {
      const state = stateOf(pod)
      if (!known.has(state) && !state.endsWith('starting'))
        moments.push({ at: Date.now(), line: `${pod.metadata?.name} ${state.replace(/.* /, '')}` })
      known.add(state)
    },
    () => {},
  )
  return () => {
    watching.abort()
    return moments
  }
}

function stateOf({ metadata, status }: V1Pod): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
  return `${metadata?.uid} ${metadata?.deletionTimestamp ? 'going' : ready ? 'ready' : 'starting'}`
}
