/** What became of writers over time, and what happened meanwhile. All times are milliseconds since its beginning. */
export interface Timeline {
  title: string
  /** How many writes were acknowledged in each `bin`. */
  lanes: { name: string; writes: number[] }[]
  bin: number
  events: { at: number; label: string }[]
}

const LEFT = 80
const RIGHT = 100
const TOP = 170
const ROW = 70
const GAP = 12
const BIN_WIDTH = 2
const COLOURS = ['#4878a8', '#58a058', '#a87848', '#8868a8', '#489898', '#a85888']

/** Draws a timeline as SVG: a row a lane, a bar a bin, red where nothing was written, a labelled line an event. */
export function drawTimeline({ title, lanes, bin, events }: Timeline): string {
  const bins = Math.max(1, ...lanes.map(({ writes }) => writes.length), ...events.map(({ at }) => at / bin))
  const x = (at: number) => round(LEFT + (at / bin) * BIN_WIDTH)
  const end = x(Math.ceil(bins) * bin)
  const bottom = TOP + lanes.length * ROW
  const [width, height] = [Math.max(end + RIGHT, 900), bottom + 40]

  const parts = [
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(LEFT, 20, title, 'font-size="14"'),
    ...lanes.flatMap(({ name, writes }, i) =>
      drawLane(name, writes, TOP + i * ROW, COLOURS[i % COLOURS.length]),
    ),
    ...seconds(bins * bin).flatMap((second) => [
      line(x(second * 1000), bottom, bottom + 5, '#888'),
      text(x(second * 1000), bottom + 18, `${second} s`, 'text-anchor="middle"'),
    ]),
    ...sideBySide(events.map(({ at, label }) => ({ x: x(at), label }))).flatMap(({ x, label, labelX }) => [
      `<path d="M${labelX} ${TOP - 22}L${x} ${TOP - 6}V${bottom}" fill="none" stroke="#222" stroke-dasharray="3 3"/>`,
      text(0, 0, label, `transform="translate(${labelX + 3} ${TOP - 24}) rotate(-60)"`),
    ]),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

/** A lane's bars from its row's bottom up; the highest fills the row. */
function drawLane(name: string, writes: number[], top: number, colour = '#888'): string[] {
  const most = Math.max(1, ...writes)
  const base = top + ROW - GAP
  const bars = writes.map((count, i) => {
    const height = round((count / most) * (ROW - GAP))
    return height > 0 ? `M${round(LEFT + i * BIN_WIDTH)} ${base}v-${height}h${BIN_WIDTH}v${height}z` : ''
  })
  return [
    text(LEFT - 6, base - 20, name, 'text-anchor="end"'),
    text(LEFT - 6, base - 6, `≤ ${most}`, 'text-anchor="end" fill="#888"'),
    ...silences(writes).map(
      ([from, to]) =>
        `<rect x="${round(LEFT + from * BIN_WIDTH)}" y="${top}" width="${round((to - from) * BIN_WIDTH)}" height="${ROW - GAP}" fill="#f4b0b0"/>`,
    ),
    `<path d="${bars.join('')}" fill="${colour}"/>`,
  ]
}

/** Keeps the labels of events apart that happened at nearly the same time. */
function sideBySide(events: { x: number; label: string }[]) {
  let last = Number.NEGATIVE_INFINITY
  return events
    .toSorted((a, b) => a.x - b.x)
    .map(({ x, label }) => {
      last = Math.max(x, last + 15)
      return { x, label, labelX: last }
    })
}

/** The stretches of bins without any write: first, and the one after the last. */
export function silences(writes: number[]): [from: number, to: number][] {
  const found: [number, number][] = []
  writes.forEach((count, i) => {
    const last = found.at(-1)
    if (count > 0) return
    if (last?.[1] === i) last[1] = i + 1
    else found.push([i, i + 1])
  })
  return found
}

/** Where the axis is marked: every second, or every five or more of a long time. */
function seconds(milliseconds: number): number[] {
  const total = Math.floor(milliseconds / 1000)
  const step = [1, 5, 10, 30, 60].find((one) => total / one <= 20) ?? 300
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, i) => i * step)
}

const round = (number: number) => Math.round(number * 10) / 10

const line = (x: number, from: number, to: number, colour: string) =>
  `<line x1="${x}" y1="${from}" x2="${x}" y2="${to}" stroke="${colour}"/>`

const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${x}" y="${y}" ${more}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
