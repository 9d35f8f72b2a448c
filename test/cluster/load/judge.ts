import type { LoadReport } from './client.ts'
import type { Loss } from './history.ts'
import type { Gap } from './lane.ts'

/** A lane's gap. */
type LaneGap = Gap & { lane: string }

/** The longest gap of any lane. */
export const worstGap = (report: LoadReport): LaneGap =>
  longestOf(gapsOf(report), ({ milliseconds }) => milliseconds)

/**
 * The gap of any lane that is longest without its stall: the two longest silences of one control within it. A small machine
 * stalls on its own, one of its Kubernetes nodes or all of them, and while dozens of processes start, twice in a row. Further
 * silences are not added up: beside a machine that is merely slow, they would excuse a server that hangs.
 */
export function worstOwnGap(report: LoadReport): LaneGap & { own: number; stall: number } {
  const gaps = gapsOf(report).map((gap) => {
    const stall = Math.max(0, ...report.controls.map((control) => stallWithin(gap, control.gaps)))
    return { ...gap, stall, own: gap.milliseconds - stall }
  })
  return longestOf(gaps, ({ own }) => own)
}

/**
 * When the last lane wrote again after a silence of so many milliseconds or more, in milliseconds since 1970: infinity if a lane never
 * did, and nothing if none was silent for so long.
 */
export function lastReturn({ began, lanes }: LoadReport, silenceMs: number): number | undefined {
  const returns = lanes.flatMap(({ gaps, timeline }) =>
    gaps
      .filter(({ milliseconds }) => milliseconds >= silenceMs)
      // A gap that begins with the lane's last write has no end.
      .map(({ at, milliseconds }) =>
        at < 100 * (timeline.length - 1) ? began + at + milliseconds : Number.POSITIVE_INFINITY,
      ),
  )
  return returns.length > 0 ? Math.max(...returns) : undefined
}

/** Why a report's worst gap is too long, or nothing if every gap is within the limit, not counting its stall. */
export function gapBeyond(limitMs: number, report: LoadReport): string | undefined {
  const { lane, at, milliseconds, own, stall } = worstOwnGap(report)
  if (own <= limitMs) return undefined
  const when = `${(at / 1000).toFixed(1)} s after the start`
  return `${lane} had no write acknowledged for ${milliseconds} ms, ${when}, and a control for ${stall} ms of them; allowed: ${limitMs} ms`
}

const gapsOf = ({ lanes }: LoadReport): LaneGap[] =>
  lanes.flatMap(({ name, gaps }) => gaps.map((gap) => ({ lane: name, ...gap })))

const longestOf = <G extends LaneGap>(gaps: G[], length: (gap: G) => number): G =>
  gaps.reduce((longest, gap) => (length(gap) > length(longest) ? gap : longest))

const stallWithin = (gap: Gap, silences: Gap[]): number => {
  const [longest = 0, next = 0] = silences.map((silence) => overlap(gap, silence)).sort((a, b) => b - a)
  return longest + next
}

/** For how many milliseconds two gaps lasted at the same time. */
const overlap = (a: Gap, b: Gap): number =>
  Math.max(0, Math.min(a.at + a.milliseconds, b.at + b.milliseconds) - Math.max(a.at, b.at))

/** Every error that a lane's client reported, up to a moment if one is named, as sentences; of many the first. */
export const errorsOf = ({ began, lanes }: LoadReport, { to = Number.POSITIVE_INFINITY } = {}): string[] =>
  lanes.flatMap(({ name, errors }) =>
    errors
      .filter(({ at }) => began + at <= to)
      .map(({ at, message }) => `${name} after ${at / 1000} s: ${message}`),
  )

/** Acknowledged writes that are gone, or stand behind later ones, as sentences that say when they were acknowledged. */
export const lostOf = (report: LoadReport): string[] => [
  ...report.lanes.flatMap(({ name, lost }) => lost.map((loss) => sentence(name, loss))),
  ...disorderedOf(report),
]

const disorderedOf = ({ lanes }: LoadReport): string[] =>
  lanes
    .filter(({ disordered }) => disordered > 0)
    .map(({ name, disordered }) => `${name}: ${disordered} acknowledged writes stand behind later ones`)

/** Acknowledged writes that are gone although the acknowledgement lies outside of a span of time, in milliseconds since 1970. */
export const lostOutside = (report: LoadReport, { from, to }: Span): string[] =>
  report.lanes.flatMap(({ name, lost }) =>
    lost
      .filter((loss) => report.began + loss.from < from || report.began + loss.to > to)
      .map((loss) => {
        const seconds = (at: number) => ((at - report.began) / 1000).toFixed(1)
        return `${sentence(name, loss)}; allowed: from ${seconds(from)} s to ${seconds(to)} s`
      }),
  )

/** How many acknowledged writes are gone. */
export const countLost = ({ lanes }: LoadReport): number =>
  lanes.flatMap(({ lost }) => lost).reduce((sum, { count }) => sum + count, 0)

/** How many writes were acknowledged. */
export const countWrites = ({ lanes }: LoadReport): number =>
  lanes.reduce((sum, { writes }) => sum + writes, 0)

/** A span of time, in milliseconds since 1970. */
export interface Span {
  from: number
  to: number
}

/**
 * When a server that was killed in a span of time may have answered writes that it had not written to its file: while it syncs
 * that, as `appendfsync everysec` does once a second, it puts them off for two seconds at most (flushAppendOnlyFile in aof.c).
 */
export const beforeKill = ({ from, to }: Span): Span => ({ from: from - 2000, to })

/** How many writes were acknowledged in each tenth of a second that lies wholly in a span, by lane. */
const tenthsWithin = ({ began, lanes }: LoadReport, { from, to }: Span): number[][] => {
  const first = Math.max(0, Math.ceil((from - began) / 100))
  const length = Math.max(0, Math.floor((to - began) / 100) - first)
  return lanes.map(({ timeline }) => Array.from({ length }, (_, i) => timeline[first + i] ?? 0))
}

/** How many writes were acknowledged in a span of time. */
export const writesWithin = (report: LoadReport, span: Span): number =>
  tenthsWithin(report, span)
    .flat()
    .reduce((sum, writes) => sum + writes, 0)

/** How long no write of some lane was acknowledged in a span of time, in milliseconds: whole tenths of a second. */
export const silenceWithin = (report: LoadReport, span: Span): number =>
  Math.max(...tenthsWithin(report, span).map(longestSilence)) * 100

const longestSilence = (tenths: number[]): number => {
  let current = 0
  return tenths.reduce((longest, writes) => {
    current = writes > 0 ? 0 : current + 1
    return Math.max(longest, current)
  }, 0)
}

/** Writes that stand there more than once, as sentences. */
export const twiceOf = ({ lanes }: LoadReport): string[] =>
  lanes
    .filter(({ twice }) => twice > 0)
    .map(({ name, twice }) => `${name}: ${twice} writes stand there more than once`)

/** Lists that nobody could read in the end, as sentences: whether their writes are lost is not known. */
export const unreadableOf = ({ lanes }: LoadReport): string[] =>
  lanes.flatMap(({ name, unreadable }) =>
    unreadable.map(
      ({ list, acknowledged, why }) => `${name}: ${list}, with ${acknowledged} acknowledged writes: ${why}`,
    ),
  )

/**
 * Why a report does not prove that every acknowledged write was kept, as sentences: what is gone, or cannot be told. Writes that
 * were acknowledged in the span, if one is named, may be gone.
 */
export const notKept = (report: LoadReport, mayBeLost?: Span): string[] => [
  ...(mayBeLost ? [...lostOutside(report, mayBeLost), ...disorderedOf(report)] : lostOf(report)),
  ...unreadableOf(report),
  ...report.lanes
    .filter(({ foreign }) => foreign > 0)
    .map(({ name, foreign }) => `${name}: ${foreign} values that it never wrote`),
]

const sentence = (lane: string, { count, from, to }: Loss) =>
  `${lane}: ${count} writes that were acknowledged from ${(from / 1000).toFixed(1)} s to ${(to / 1000).toFixed(1)} s are gone`
