import type { LoadReport } from '../cluster/load/client.ts'
import { lastReturn, type Span } from '../cluster/load/judge.ts'
import { startLoad } from '../cluster/load/start.ts'
import { startsAnew, uidsOf } from '../kube/anew.ts'
import { must } from '../runner/command.ts'
import { eventually, pause } from '../runner/deadline.ts'
import { lifeOf } from '../shared/by-hand/lives.ts'
import { type Observed, untilWhole } from '../shared/by-hand/observer.ts'
import { keysWritten, podsOf, serversOf } from '../shared/by-hand/servers.ts'
import type { Side, Subject } from '../shared/by-hand/sides.ts'
import { type Phases, STARTED } from '../shared/figures/phases.ts'

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
  /** When each phase was over, from the command on; those that came. */
  phases: Phases
  /** From the last container's start until every server said that it sees the cluster whole; infinity if one never did. */
  ok: number
  /** From then until a client that soon tries anew had written to every shard; nothing if it never had to wait for a second. */
  written: number | undefined
  /** From then until the cluster was seen to be whole; infinity if it was not. */
  whole: number
  /** What of that may be the observer's own time. */
  observer: number
  /** Why it was not whole. */
  amiss: string | undefined
  /** How many of the keys that `writeAndRead` has written the masters hold. */
  keys: number
  /** When writes were acknowledged that may be lost: those of a master that came back later than its replica took over. */
  mayBeLost: Span | undefined
  report: LoadReport
}

/** Milliseconds from one write of a shard's lane to the next. */
const REST = 100
/** Milliseconds: a shard that was silent for so long was away. */
const AWAY = 1000
/** Milliseconds: the chart's own node timeout. A master that is away for longer is replaced. */
const NODE_TIMEOUT = 5000
/** For how long pods are held back, in milliseconds. */
const HOLD = 12_000
const HOLDER = 'example.com/held-back'

/** Deletes pods under load and waits until the cluster is whole again, or the deadline is over, in milliseconds. */
export async function deletePods(subject: Subject, how: How, deadline: number): Promise<Deletion> {
  const load = await startLoad(subject, { mode: 'retrying', rest: REST })
  await pause(1000)
  const before = uidsOf(await podsOf(subject))
  await hold(subject, how, [HOLDER])
  const asked = Date.now()
  const force = how.force ? ['--force', '--grace-period=0'] : []
  const namespace = ['--namespace', subject.namespace]
  await must('kubectl', [...namespace, 'delete', ...who(subject, how), '--wait=false', ...force])
  if (how.held) {
    await started(subject, before, subject.nodes - how.held.length)
    await pause(HOLD)
    await hold(subject, how, [])
  }
  await started(subject, before, how.only === undefined ? subject.nodes : 1)
  const left = () => Math.max(1000, asked + deadline - Date.now())
  const seen = await untilWhole(subject, { deadline: left() }).catch((error: Error) => error.message)
  await load.untilWriting(left()).catch(() => {})
  return account(subject, how, { asked, seen, report: await load.stop() })
}

/** What came of it: when it was asked for, what the observer saw or why it did not, and what the client saw. */
async function account(
  subject: Subject,
  how: How,
  { asked, seen, report }: { asked: number; seen: Observed | string; report: LoadReport },
): Promise<Deletion> {
  const servers = await serversOf(subject)
  const lives = await Promise.all(servers.map(lifeOf))
  const starts = lives.map(({ started }) => started)
  const start = Math.max(...starts)
  const last = (moments: (number | undefined)[]) =>
    Math.max(...moments.map((at) => at ?? Number.POSITIVE_INFINITY))
  const observed = typeof seen === 'string' ? undefined : seen
  const ok = last(lives.map((life) => life.ok))
  const written = lastReturn(report, AWAY)
  const whole = observed?.at ?? Number.POSITIVE_INFINITY
  const since = (from: number, at: number) => (at - from) / 1000
  const moments: [phase: string, at: number | undefined][] = [
    [STARTED, start],
    ['last server answers', last(lives.map(({ answered }) => answered))],
    ['every server says ok', ok],
    ['a client has written to every shard', written],
    ['last replica in sync', Math.max(...lives.map(({ inSync }) => inSync ?? Number.NEGATIVE_INFINITY))],
    ['seen to be whole', whole],
  ]
  return {
    side: subject.side,
    how: how.name,
    phases: Object.fromEntries(
      moments.flatMap(([phase, at]) => (Number.isFinite(at) ? [[phase, since(asked, Number(at))]] : [])),
    ),
    ok: since(start, ok),
    written: written && since(start, written),
    whole: since(start, whole),
    observer: (observed?.late ?? 0) / 1000,
    amiss: typeof seen === 'string' ? seen : undefined,
    keys: await keysWritten(servers),
    mayBeLost: start - Math.min(...starts) > NODE_TIMEOUT ? { from: asked - 1000, to: start } : undefined,
    report,
  }
}

const who = ({ set, selector }: Subject, { only }: How) =>
  only === undefined ? ['pods', '--selector', selector] : ['pod', `${set}-${only}`]

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
