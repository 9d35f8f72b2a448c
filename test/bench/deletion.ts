import { startsAnew, uidsOf } from '../kube/anew.ts'
import { core } from '../kube/kubernetes.ts'
import { must } from '../runner/command.ts'
import { eventually } from '../runner/deadline.ts'
import { untilWhole } from '../shared/by-hand/observer.ts'
import type { Side, Subject } from '../shared/by-hand/sides.ts'

/** All pods deleted at once, and what came of it. Times are seconds. */
export interface Deletion {
  side: Side
  force: boolean
  /** From the command until the last server's container started anew. */
  started: number
  /** From then until the cluster was seen to be whole, with all its keys; nothing when it was not. */
  whole: number | undefined
  /** What of that may be the observer's own time. */
  observer: number
  /** Why it was not whole. */
  amiss: string | undefined
  /** What was amiss on the way, and when, counted from the last start. */
  before: { after: number; line: string }[]
}

/** Deletes every pod and waits until the cluster is whole again, with so many keys, or the deadline is over. */
export async function deleteAll(
  subject: Subject,
  { force, keys, deadline }: { force: boolean; keys: number; deadline: number },
): Promise<Deletion> {
  const { side, namespace, selector } = subject
  const before = uidsOf(await podsOf(subject))
  const asked = Date.now()
  const how = ['--wait=false', ...(force ? ['--force', '--grace-period=0'] : [])]
  await must('kubectl', ['--namespace', namespace, 'delete', 'pods', '--selector', selector, ...how])
  const start = await lastStart(subject, before)
  const seen = await untilWhole(subject, { keys, deadline: start + deadline - Date.now() }).catch(
    (error: Error) => error.message,
  )
  const notSeen = typeof seen === 'string'
  return {
    side,
    force,
    started: (start - asked) / 1000,
    whole: notSeen ? undefined : (seen.at - start) / 1000,
    observer: notSeen ? 0 : seen.late / 1000,
    amiss: notSeen ? seen : undefined,
    before: notSeen ? [] : seen.before.map(({ at, line }) => ({ after: (at - start) / 1000, line })),
  }
}

const podsOf = async ({ namespace, selector }: Subject) =>
  (await core().listNamespacedPod({ namespace, labelSelector: selector })).items

/** Waits until the servers of new pods run in the place of all, and returns when the last of them started. */
function lastStart(subject: Subject, before: Set<string>): Promise<number> {
  const { nodes, first } = subject
  return eventually(`${nodes} new pods to run`, { deadline: 120_000, every: 100 }, async (see) => {
    // In whole seconds: what is counted from it is up to a second too long.
    const starts = startsAnew(await podsOf(subject), before, first.container ?? '')
    see(`${starts.length} of ${nodes} run`)
    return starts.length === nodes ? Math.max(...starts) : undefined
  })
}
