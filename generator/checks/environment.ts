import type { Mistake } from '../text/mistake.ts'
import type { Source } from '../text/source.ts'
import { purposeOf } from '../values/environment.ts'
import type { Sources } from '../values/sources.ts'
import { type Accepting, checkValues } from './values.ts'

/** Finds every mistake in the files of schema/environments: each says what it is for, and each of the charts takes it. */
export function checkEnvironments({ environments }: Sources, charts: Accepting[]): Mistake[] {
  return environments.flatMap((source) => [...checkPurpose(source), ...checkValues([source], charts)])
}

function checkPurpose({ file, text }: Source): Mistake[] {
  if (purposeOf(text) !== '') return []
  const fix = 'begin it with a comment that does: "# …"'
  return [{ file, line: 1, problem: 'does not say what it is for', fix }]
}
