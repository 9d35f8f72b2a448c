import type { Setting } from './setting.ts'

/** How a test ended. */
export type Outcome = 'passed' | 'failed' | 'skipped'

/** What a test file tells the runner while it runs. */
export type Report =
  | { event: 'start'; suite: string; test: string; timeout: number }
  | {
      event: 'end'
      suite: string
      test: string
      outcome: Outcome
      seconds: number
      on?: Setting | undefined
      /** The error's message, where it failed. */
      why?: string | undefined
    }

/** Tells the runner, when there is one: a file can also be run alone with `node --import tsx FILE`. */
export function tell(report: Report): void {
  process.send?.(report)
}
