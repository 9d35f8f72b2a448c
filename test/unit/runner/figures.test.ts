import * as assert from 'uvu/assert'
import { suite } from '../../runner/suite.ts'
import { comparison, reaches } from '../../shared/figures/figures.ts'
import { phaseTable } from '../../shared/figures/phases.ts'
import { drawTimeline, silences } from '../../shared/figures/timeline.ts'

const test = suite('the bench’s own tables and pictures')

test('a figure is the medians side by side, with their ratio and whether it is reached', () => {
  const figures = [
    { what: 'install, s', recipe: [20, 22, 18], chart: [9, 11, 10], most: { ratio: 0.4 } },
    { what: 'gap, s', recipe: [13.8], chart: [0.2, 0.28, 0.45], most: { each: 0.5, median: 0.3 } },
    { what: 'whole again, s', recipe: [], chart: [1.5], never: 'not in 75 s' },
  ]
  assert.equal(comparison(figures).split('\n'), [
    '                  recipe            chart             ratio  to reach',
    '  install, s      20.0 (18.0–22.0)  10.0 (9.0–11.0)   0.50   ratio ≤ 0.4               NOT reached',
    '  gap, s          13.8              0.28 (0.20–0.45)  0.02   each ≤ 0.5, median ≤ 0.3  reached',
    '  whole again, s  not in 75 s       1.50              –',
  ])
})

test('what was never measured reaches nothing', () => {
  assert.is(reaches({ what: 'gap', recipe: [1], chart: [], most: { each: 1 } }), false)
})

test('phases stand in their order by the chart, and at the end what the engine and Kubernetes take at least', () => {
  const phases = {
    recipe: [{ 'last container started': 13, 'seen to be whole': 23 }],
    chart: [
      { 'seen to be whole': 10, 'last container started': 5, 'Job done': 9.5 },
      { 'seen to be whole': 12, 'last container started': 6 },
    ],
  }
  assert.equal(phaseTable('6 nodes, s', phases).split('\n'), [
    '  6 nodes, s                              recipe  chart',
    '  last container started                  13.0    5.50 (5.00–6.00)',
    '  Job done                                –       9.50',
    '  seen to be whole                        23.0    11.0 (10.0–12.0)',
    '  floor: last container started, and 2 s  15.0    7.50 (7.00–8.00)',
  ])
})

const timeline = {
  title: 'a <b> & c',
  bin: 100,
  lanes: [
    { name: 'shard-0', writes: [10, 20, 0, 0, 5] },
    { name: 'control', writes: [9, 9, 9, 9, 9] },
  ],
  events: [
    { at: 0, label: 'restart asked' },
    { at: 250, label: 'pod r-5 going' },
  ],
}

test('stretches without a write are found, at the ends too', () => {
  assert.equal(silences([0, 1, 0, 0, 1, 0]), [
    [0, 1],
    [2, 4],
    [5, 6],
  ])
})

test('a timeline is drawn with a row a lane, a mark a silence and a labelled line an event', () => {
  const svg = drawTimeline(timeline)
  const all = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, found]) => found)
  // Bars stand where no silence is marked.
  assert.equal(
    all(/<path d="([^"]*)" fill="#/g).map((bars) => bars?.split('z').length),
    [4, 6],
  )
  const silent = all(/<rect x="([\d.]+)" [^>]*fill="#f4b0b0"/g).map(Number)
  assert.is(silent.length, 1)
  const lines = all(/<path d="M[\d.]+ [\d.]+L([\d.]+) [^"]*" fill="none"/g).map(Number)
  assert.is(lines.length, 2)
  // At 250 ms, in the silence from 200 to 400 ms.
  const [start = 0, at = 0] = lines
  assert.is((at - start) / ((silent[0] ?? 0) - start), 250 / 200)
  assert.match(svg, />pod r-5 going</)
  assert.match(svg, />a &lt;b> &amp; c</)
})

test('events of the same moment have labels beside each other', () => {
  const events = ['a', 'b', 'c'].map((label) => ({ at: 100, label }))
  const svg = drawTimeline({ ...timeline, events })
  assert.is(new Set([...svg.matchAll(/translate\(([\d.]+) /g)].map(([, x]) => x)).size, 3)
})

test('a timeline without a write, or without an event, can be drawn too', () => {
  assert.match(drawTimeline({ ...timeline, lanes: [{ name: 'l', writes: [] }], events: [] }), /<\/svg>/)
})

test.run()
