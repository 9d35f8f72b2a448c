import { checkValues } from './check-values.ts'
import { purposeOf } from './environment.ts'
import type { Source } from './load.ts'
import type { Mistake } from './mistake.ts'
import type { Chart } from './resolve.ts'

/** Finds every mistake in one file of schema/environments: each of the charts must take it. */
export function checkEnvironment(source: Source, charts: Chart[]): Mistake[] {
  const { file, text } = source
  const unnamed = purposeOf(text) === '' ? [{ file, line: 1, problem: 'does not say what it is for' }] : []
  return [
    ...unnamed.map((mistake) => ({ ...mistake, fix: 'begin it with a comment that does: "# …"' })),
    ...checkValues([source], charts),
  ]
}
