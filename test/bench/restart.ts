import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { LoadReport } from '../cluster/load/client.ts'
import { worstGap } from '../cluster/load/judge.ts'
import { startLoad } from '../cluster/load/start.ts'
import { type Result, run } from '../runner/command.ts'
import { pause } from '../runner/deadline.ts'
import { benchResults } from '../runner/levels.ts'
import type { Moment } from '../shared/by-hand/log.ts'
import { untilWhole } from '../shared/by-hand/observer.ts'
import type { Side, Subject } from '../shared/by-hand/sides.ts'
import { drawTimeline } from '../shared/figures/timeline.ts'
import { watchPods } from './pod-events.ts'

/** A rolling restart under load. */
export interface Restart {
  side: Side
  /** From the command until the last pod was replaced; nothing when it was not. */
  seconds: number | undefined
  /** Why the cluster was not whole in the end, or nothing. */
  amiss: string | undefined
  events: Moment[]
  report: LoadReport
}

// Seconds for the pods to be replaced, milliseconds to be whole after that: nobody has to wait for ever for the recipe.
const ROLL = 240
const WHOLE = 60_000

/** Restarts every pod, one after the other, while clients write to every shard. */
export async function restart(subject: Subject): Promise<Restart> {
  const load = await startLoad(subject)
  const watched = await watchPods(subject)
  const asked = Date.now()
  await rollout(subject, 'restart')
  const rolled = await rollout(subject, 'status', `--timeout=${ROLL}s`)
  const seconds = rolled.code === 0 ? (Date.now() - asked) / 1000 : undefined
  const whole = await untilWhole(subject, { deadline: WHOLE }).catch((error: Error) => error.message)
  // What follows late counts too.
  await pause(5000)
  const report = await load.stop()
  const end = typeof whole === 'string' ? [] : [{ at: whole.at, line: 'whole' }]
  const events = [{ at: asked, line: 'restart asked' }, ...watched(), ...end]
  return {
    side: subject.side,
    seconds,
    amiss: typeof whole === 'string' ? whole : undefined,
    events,
    report,
  }
}

const rollout = ({ namespace, set }: Subject, verb: string, ...args: string[]): Promise<Result> =>
  run('kubectl', ['--namespace', namespace, 'rollout', verb, `statefulset/${set}`, ...args], {
    deadline: (ROLL + 10) * 1000,
  })

/** Draws what the writers met, the one that nobody disturbed among them, and returns where. */
export async function draw(name: string, { side, report, events }: Restart): Promise<string> {
  const worst = worstGap(report)
  const file = path.join(benchResults, `${name}.svg`)
  const svg = drawTimeline({
    title: `Rolling restart by the ${side}: writes acknowledged per 100 ms; longest silence ${worst.milliseconds} ms, ${worst.lane}`,
    bin: 100,
    lanes: [...report.lanes, ...report.controls].map(({ name, timeline }) => ({
      name,
      writes: timeline,
    })),
    events: events.map(({ at, line }) => ({ at: at - report.began, label: line })),
  })
  await mkdir(benchResults, { recursive: true })
  await writeFile(file, svg)
  return file
}
