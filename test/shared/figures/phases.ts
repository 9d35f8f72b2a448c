import type { Side } from '../by-hand/sides.ts'
import { median, spread, table } from './figures.ts'

/** When each phase of something was over, in seconds since it began. */
export type Phases = Record<string, number>

/** The phase after which only the engine has to wait. */
export const STARTED = 'last container started'

/** What the engine waits for by itself: a master serves two seconds after its start at the earliest (CLUSTER_WRITABLE_DELAY). */
const ENGINE = 2

/** Phases of both sides below each other, in their order by the chart, as medians with their ranges; at the end the floor. */
export function phaseTable(title: string, by: Record<Side, Phases[]>): string {
  const times = (side: Side, phase: string) =>
    by[side].flatMap((phases) => phases[phase] ?? []).filter(Number.isFinite)
  const inOrder = [...new Set(by.chart.flatMap(Object.keys))].sort(
    (a, b) => median(times('chart', a)) - median(times('chart', b)),
  )
  const cell = (numbers: number[]) => (numbers.length > 0 ? spread(numbers) : '–')
  const floor = (side: Side) => cell(times(side, STARTED).map((at) => at + ENGINE))
  return table([
    [title, 'recipe', 'chart'],
    ...inOrder.map((phase) => [phase, cell(times('recipe', phase)), cell(times('chart', phase))]),
    [`floor: ${STARTED}, and ${ENGINE} s`, floor('recipe'), floor('chart')],
  ])
}
