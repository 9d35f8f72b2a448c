import { type V1Pod, Watch } from '@kubernetes/client-node'
import type { Place } from '../../kube/exec.ts'
import { kubeConfig } from '../../kube/kubernetes.ts'
import { STARTED } from '../figures/phases.ts'
import { lifeOf } from './lives.ts'
import { logOf, type Moment, moments } from './log.ts'

/** What is noted of a creation while it goes on. */
export interface Notes {
  /** The last moment of each phase. */
  phases: Record<string, number>
  /** The log of the hooks' Jobs. */
  log: Moment[]
}

/** Notes what becomes of a namespace's pods until the function returned is called: the hooks' Jobs are gone by then. */
export async function takeNotes({ namespace, container = '' }: Place): Promise<() => Promise<Notes>> {
  const created = new Map<string, number>()
  const scheduled = new Map<string, number>()
  const jobs = new Map<string, Promise<string>>()
  const note = (moments: Map<string, number>, pod: string) => {
    if (!moments.has(pod)) moments.set(pod, Date.now())
  }
  const notice = ({ metadata, spec, status }: V1Pod) => {
    const pod = metadata?.name ?? ''
    if (metadata?.ownerReferences?.[0]?.kind === 'StatefulSet') {
      note(created, pod)
      if (spec?.nodeName) note(scheduled, pod)
    } else if (!jobs.has(pod) && status?.containerStatuses?.some(({ state }) => state?.running)) {
      const container = spec?.containers[0]?.name ?? ''
      const lost = (error: Error) => `${new Date().toISOString()} the log is lost: ${error.message}`
      jobs.set(pod, logOf({ namespace, pod, container }, { follow: true }).catch(lost))
    }
  }
  const path = `/api/v1/namespaces/${namespace}/pods`
  const watching = await new Watch(kubeConfig()).watch(
    path,
    {},
    (_, pod: V1Pod) => notice(pod),
    () => {},
  )

  return async () => {
    watching.abort()
    const servers = [...created.keys()].map((pod) => lifeOf({ namespace, pod, container }))
    const lives = await Promise.all(servers)
    const starts = lives.map(({ started }) => started)
    const log = (await Promise.all(jobs.values())).flatMap(moments)
    const times = (pattern: RegExp) => log.filter(({ line }) => pattern.test(line)).map(({ at }) => at)
    const phases = {
      'all pods created': Math.max(...created.values()),
      'all pods scheduled': Math.max(...scheduled.values()),
      'first container started': Math.min(...starts),
      [STARTED]: Math.max(...starts),
      'last server answers': Math.max(...lives.map(({ answered }) => answered ?? Number.NaN)),
      'every server says ok': Math.max(...lives.map(({ ok }) => ok ?? Number.NaN)),
      'Job started': Math.min(...times(/./)),
      'Job holds the lock': Math.min(...times(/ lock /)),
      'first step': Math.min(...times(/ step /)),
      'last step': Math.max(...times(/ step /)),
      'Job done': Math.max(...times(/ done /)),
    }
    // What never happened is at infinity.
    return { phases: Object.fromEntries(Object.entries(phases).filter(([, at]) => Number.isFinite(at))), log }
  }
}
