import type { Setting } from '../runner/setting.ts'
import { type Figure, median } from '../shared/figures/figures.ts'

/** What was measured of the chart, and on what. */
export interface Measured {
  median: number
  worst: number
  /** How often. */
  times: number
  on: Setting
}

/** What the last runs have shown: the committed memory of what test-results/ forgets. */
export interface LastRuns {
  /** By file, as in `kind/restart.test.ts`: what all its tests have passed on, one for each version of Kubernetes. */
  shown: Record<string, Setting[]>
  /** By what a figure measures. */
  figures: Record<string, Measured>
}

/** Adds what runs have left to what is known; whatever was run again takes the place of what it was. Sorted by name. */
export function remember(
  known: LastRuns,
  left: { shown: Record<string, Setting>; figures: Figure[] },
): LastRuns {
  const shown = { ...known.shown }
  for (const [file, on] of Object.entries(left.shown)) {
    const others = (shown[file] ?? []).filter(({ kubernetes }) => kubernetes !== on.kubernetes)
    shown[file] = [...others, on].sort((a, b) => compare(a.kubernetes ?? '', b.kubernetes ?? ''))
  }
  const figures = { ...known.figures }
  for (const { what, chart, on } of left.figures)
    if (on && chart.length > 0)
      figures[what] = { median: median(chart), worst: Math.max(...chart), times: chart.length, on }
  return { shown: byName(shown), figures: byName(figures) }
}

/** As `sort` has it: 1.9 before 1.10. */
const compare = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

const byName = <T>(all: Record<string, T>) =>
  Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
