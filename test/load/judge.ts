import type { LoadReport } from './client.ts'

/** The longest silence of any lane, in milliseconds, and of which. */
export function worstGap({ lanes }: LoadReport): { lane: string; milliseconds: number; at: number } {
  const gaps = lanes.map(({ name, worstGap }) => ({ lane: name, ...worstGap }))
  return gaps.reduce((worst, gap) => (gap.milliseconds > worst.milliseconds ? gap : worst))
}

/**
 * Why a report's worst gap is too long, or nothing when it is within the limit. A small machine stalls on its own, so twice
 * what the control lane suffered is allowed too.
 */
export function gapBeyond(limitMs: number, report: LoadReport): string | undefined {
  const worst = worstGap(report)
  const control = report.control?.worstGap.milliseconds ?? 0
  const allowed = Math.max(limitMs, 2 * control)
  if (worst.milliseconds <= allowed) return undefined
  const when = `${(worst.at / 1000).toFixed(1)} s after the start`
  return `${worst.lane} had no write acknowledged for ${worst.milliseconds} ms, ${when}; allowed: ${allowed} ms (control: ${control} ms)`
}

/** Every error that a lane's client reported, as sentences. */
export const errorsOf = ({ lanes }: LoadReport): string[] =>
  lanes.flatMap(({ name, errors }) =>
    errors.map(({ at, message }) => `${name} after ${at / 1000} s: ${message}`),
  )

/** Every acknowledged write that is gone, as sentences. */
export const lostOf = ({ lanes }: LoadReport): string[] =>
  lanes.flatMap(({ name, lost }) =>
    lost.map(
      ({ key, acknowledged, read }) => `${name}: ${key} was acknowledged as ${acknowledged}, reads ${read}`,
    ),
  )
