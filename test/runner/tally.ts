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
  /** Why it failed, where that is known. */
  why?: string | undefined
}

/** Where the start and the end of a reason stand, in characters: both count, and a plan's or a log's middle does not. */
const SHOWN = 240

/** Whether these outcomes make a good run. In CI a skipped test is a failure: nobody would see a stray `.only`. */
export function isGood(entries: Entry[], skipsFail: boolean): boolean {
  const bad = entries.filter(({ outcome }) => outcome === 'failed' || (skipsFail && outcome === 'skipped'))
  return bad.length === 0 && entries.some(({ outcome }) => outcome === 'passed')
}

/** What failed or was skipped, each with its reason on a line, and at the very end the totals. */
export function summary(entries: Entry[]): string {
  const count = (outcome: Outcome) => entries.filter((entry) => entry.outcome === outcome).length
  const notable = entries.filter(({ outcome }) => outcome !== 'passed')
  const lines = notable.flatMap(({ outcome, from, name, why }) => [
    `${outcome}: ${from}: ${name}`,
    ...(why ? [`  ${brief(why)}`] : []),
  ])
  const skipped = count('skipped')
  lines.push(
    '',
    `${count('passed')} passed, ${count('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`,
  )
  return lines.join('\n')
}

/** A reason on one line, without its middle if it is long. */
function brief(why: string): string {
  const line = why.trim().replace(/\s+/g, ' ')
  return line.length > 2 * SHOWN ? `${line.slice(0, SHOWN)} […] ${line.slice(-SHOWN)}` : line
}
