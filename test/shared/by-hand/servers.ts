import { runScript } from '../../kube/engine.ts'
import type { Place } from '../../kube/exec.ts'
import { core } from '../../kube/kubernetes.ts'
import type { Subject } from './sides.ts'

/** The pods of a subject's servers. */
export const podsOf = async ({ namespace, selector }: Pick<Subject, 'namespace' | 'selector'>) =>
  (await core().listNamespacedPod({ namespace, labelSelector: selector })).items

/** Where a subject's servers are. */
export const serversOf = async (subject: Subject): Promise<Place[]> =>
  (await podsOf(subject)).map(({ metadata }) => ({ ...subject.first, pod: metadata?.name ?? '' }))

const COUNT = `
  case $("$cli" ROLE | head -n 1) in
    master) "$cli" --scan --pattern 'write-read:*' | wc -l ;;
    *) echo 0 ;;
  esac`

/** How many of the keys that `writeAndRead` has written the masters among these servers hold. */
export async function keysWritten(servers: Place[]): Promise<number> {
  const counts = await Promise.all(servers.map(async (place) => Number(await runScript(place, COUNT))))
  return counts.reduce((sum, keys) => sum + keys, 0)
}
