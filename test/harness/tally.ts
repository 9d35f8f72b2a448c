import type { Outcome } from './report.ts'
import type { Setting } from './setting.ts'

/** One thing that counts: a test, or a check of the whole tree. */
export interface Entry {
  /** Where it comes from: a level's file, or `check`. */
  from: string
  name: string
  outcome: Outcome
  /** What it ran on, where it is known. */
  on?: Setting | undefined
}

/** Whether these outcomes make a good run. In CI a skipped test is a failure: nobody would see a stray `.only`. */
export function isGood(entries: Entry[], skipsFail: boolean): boolean {
  const bad = entries.filter(({ outcome }) => outcome === 'failed' || (skipsFail && outcome === 'skipped'))
  return bad.length === 0 && entries.some(({ outcome }) => outcome === 'passed')
}

/** What failed or was skipped, a line each, and at the very end the totals. */
export function summary(entries: Entry[]): string {
  const count = (outcome: Outcome) => entries.filter((entry) => entry.outcome === outcome).length
  const notable = entries.filter(({ outcome }) => outcome !== 'passed')
  const lines = notable.map(({ outcome, from, name }) => `${outcome}: ${from}: ${name}`)
  const skipped = count('skipped')
  lines.push(
    '',
    `${count('passed')} passed, ${count('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`,
  )
  return lines.join('\n')
}
