import type { Scope } from '../runner/scope.ts'
import type { Moment } from '../shared/by-hand/log.ts'
import { takeNotes } from '../shared/by-hand/notes.ts'
import { untilWhole } from '../shared/by-hand/observer.ts'
import { MAKING, prepare, type Side } from '../shared/by-hand/sides.ts'
import type { Phases } from '../shared/figures/phases.ts'

/** One cluster made; all times in seconds since the start of the first command. */
export interface Sample {
  side: Side
  nodes: number
  /** When all nodes agreed and all replicas were in sync. */
  seconds: number
  /** When each phase was over, in that order. */
  phases: Phases
  /** What the hooks' Jobs said. */
  log: string[]
  /** What was amiss until then. */
  amiss: string[]
}

/** Makes a cluster of `nodes`, half of them replicas, in a namespace of its own; gone with the scope, volumes and all. */
export async function measure(side: Side, nodes: number, scope: Scope): Promise<Sample> {
  const { subject, make } = await prepare(side, nodes, scope)
  const notes = await takeNotes(subject.first)
  const began = Date.now()
  const making = make().then(() => Date.now())
  const [whole, ended] = await Promise.all([untilWhole(subject, { deadline: MAKING }), making])
  const { phases, log } = await notes()

  const since = (moment: number) => (moment - began) / 1000
  const told = ({ at, line }: Moment) => `${since(at).toFixed(2)} ${line}`
  const all = { ...phases, 'last command ended': ended, 'seen to be whole': whole.at }
  const inOrder = Object.entries(all).sort(([, a], [, b]) => a - b)
  return {
    side,
    nodes,
    seconds: since(whole.at),
    phases: Object.fromEntries(inOrder.map(([phase, at]) => [phase, since(at)])),
    log: log.map(told),
    amiss: whole.before.map(told),
  }
}
