import type { LoadReport } from '../cluster/load/client.ts'
import { lastReturn, type Span } from '../cluster/load/judge.ts'
import { startLoad } from '../cluster/load/start.ts'
import { startsAnew, uidsOf } from '../kube/anew.ts'
import { core } from '../kube/kubernetes.ts'
import { must } from '../runner/command.ts'
import { eventually, pause } from '../runner/deadline.ts'
import { type Life, lifeOf } from '../shared/by-hand/lives.ts'
import { untilWhole } from '../shared/by-hand/observer.ts'
import type { Side, Subject } from '../shared/by-hand/sides.ts'
import { STARTED } from '../shared/figures/phases.ts'

/** Which pods are deleted, and how. */
export interface How {
  name: string
  force?: boolean
  /** One pod alone, by its ordinal. */
  only?: number
  /** The ordinals of pods that come back twelve seconds after all others. */
  held?: number[]
}

/** Pods deleted at once, and what came of it. Times are seconds. */
export interface Deletion {
  side: Side
  how: string
  /** When each phase was over, from the command on, in that order. */
  phases: Record<string, number>
  /** From the last container's start until every server said that it sees the cluster whole; nothing when that never came. */
  ok: number | undefined
  /** From the last container's start until a client that soon tries anew had written to every shard. */
  written: number | undefined
  /** From the last container's start until the cluster was seen to be whole; nothing when it was not. */
  whole: number | undefined
  /** What of that may be the observer's own time. */
  observer: number
  /** Why it was not whole. */
  amiss: string | undefined
  /** When writes were acknowledged that may be lost: of a master that was not back before its replica took over. */
  mayBeLost: Span | undefined
  report: LoadReport
}

/** Milliseconds from one write of a shard's lane to the next. */
const REST = 100
/** Milliseconds: a shard that was silent for so long was away. */
const AWAY = 1000
/** Milliseconds: the chart's own node timeout. The kubelet can take longer to start a pod that was deleted by force. */
const NODE_TIMEOUT = 5000
/** For how long pods are held back, in milliseconds. */
const HOLD = 12_000
const HOLDER = 'example.com/held-back'

/** Deletes pods under load and waits until the cluster is whole again, or the deadline is over, in milliseconds. */
export async function deletePods(subject: Subject, how: How, deadline: number): Promise<Deletion> {
  const { namespace } = subject
  const load = await startLoad(subject, { mode: 'retrying', rest: REST })
  await pause(1000)
  const before = uidsOf(await podsOf(subject))
  await hold(subject, how, [HOLDER])
  const asked = Date.now()
  const force = how.force ? ['--force', '--grace-period=0'] : []
  await must('kubectl', ['--namespace', namespace, 'delete', ...who(subject, how), '--wait=false', ...force])
  if (how.held) {
    await started(subject, before, subject.nodes - how.held.length)
    await pause(HOLD)
    await hold(subject, how, [])
  }
  await started(subject, before, how.only === undefined ? subject.nodes : 1)
  const seen = await untilWhole(subject, { deadline: asked + deadline - Date.now() }).catch(
    (error: Error) => error.message,
  )
  const report = await load.stop()
  const notSeen = typeof seen === 'string'
  const lives = await livesOf(subject)
  const starts = lives.map(({ started }) => started)
  const start = Math.max(...starts)
  const apart = start - Math.min(...starts)
  const all = (moments: (number | undefined)[]) =>
    moments.every((at) => at !== undefined) ? Math.max(...moments.map(Number)) : undefined
  const after = (from: number, at: number | undefined) => at && (at - from) / 1000
  const back = lastReturn(report, AWAY)
  const moments = {
    [STARTED]: start,
    'last server answers': all(lives.map(({ answered }) => answered)),
    'every server says ok': all(lives.map(({ ok }) => ok)),
    'a client has written to every shard': back,
    'last replica in sync': Math.max(...lives.map(({ inSync }) => inSync ?? 0)) || undefined,
    'seen to be whole': notSeen ? undefined : seen.at,
  }
  return {
    side: subject.side,
    how: how.name,
    phases: Object.fromEntries(
      Object.entries(moments).flatMap(([phase, at]) =>
        at === undefined ? [] : [[phase, (at - asked) / 1000]],
      ),
    ),
    ok: after(start, moments['every server says ok']),
    written: after(start, back),
    whole: notSeen ? undefined : (seen.at - start) / 1000,
    observer: notSeen ? 0 : seen.late / 1000,
    amiss: notSeen ? seen : undefined,
    mayBeLost: how.force && apart > NODE_TIMEOUT ? { from: asked - 1000, to: asked + 1000 } : undefined,
    report,
  }
}

const podsOf = async ({ namespace, selector }: Subject) =>
  (await core().listNamespacedPod({ namespace, labelSelector: selector })).items

const who = ({ set, selector }: Subject, { only }: How) =>
  only === undefined ? ['pods', '--selector', selector] : ['pod', `${set}-${only}`]

const livesOf = async (subject: Subject): Promise<Life[]> =>
  Promise.all(
    (await podsOf(subject)).map(({ metadata }) => lifeOf({ ...subject.first, pod: metadata?.name ?? '' })),
  )

/** A pod with a finalizer stays after its containers have ended, and its StatefulSet makes no other until it is gone. */
async function hold({ namespace, set }: Subject, { held = [] }: How, finalizers: string[]): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers } })
  for (const ordinal of held)
    await must('kubectl', [
      ...['--namespace', namespace, 'patch', 'pod', `${set}-${ordinal}`],
      ...['--type', 'merge', '--patch', patch],
    ])
}

/** Waits until the servers of so many new pods run. */
function started(subject: Subject, before: Set<string>, count: number): Promise<true> {
  return eventually(`${count} new pods to run`, { deadline: 120_000, every: 100 }, async (see) => {
    const starts = startsAnew(await podsOf(subject), before, subject.first.container ?? '')
    see(`${starts.length} of ${count} run`)
    return starts.length >= count || undefined
  })
}
