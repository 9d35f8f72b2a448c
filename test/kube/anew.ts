import type { V1Pod } from '@kubernetes/client-node'

/** Who is there, by uid: taken before something is done to pods, it tells those that came after it from those of before. */
export const uidsOf = (pods: V1Pod[]): Set<string> => new Set(pods.map(uidOf))

/**
 * When the containers started that run in pods which are not among those of before, in milliseconds since 1970. The API tells
 * whole seconds, so each may have started up to a second later.
 */
export function startsAnew(pods: V1Pod[], before: Set<string>, container: string): number[] {
  return pods
    .filter((pod) => !before.has(uidOf(pod)) && !pod.metadata?.deletionTimestamp)
    .flatMap(({ status }) => {
      const found = status?.containerStatuses?.find(({ name }) => name === container)
      const at = found?.state?.running?.startedAt
      return at ? [new Date(at).getTime()] : []
    })
}

const uidOf = ({ metadata }: V1Pod) => metadata?.uid ?? ''
