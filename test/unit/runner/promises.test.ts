import * as assert from 'uvu/assert'
import type { Given, Test } from '../../promises/listing.ts'
import { mistakesIn, mistakesOf } from '../../promises/mistakes.ts'
import { page } from '../../promises/page.ts'
import { type LastRuns, remember } from '../../promises/record.ts'
import { readTrackRecord, shows } from '../../promises/track-record.ts'
import { runFile } from '../../runner/child.ts'
import { must } from '../../runner/command.ts'
import { noteShown, readShown } from '../../runner/results.ts'
import { suite } from '../../runner/suite.ts'
import { folder } from '../../shared/project.ts'

const test = suite('the page of promises', { timeout: 30_000 })

test('files are listed with what their tests prove, and nothing of them runs', async () => {
  const script = `import { testsIn } from './test/promises/listing.ts'
    console.log(JSON.stringify(await testsIn('test/runner/fixtures/promises')))`
  const said = await must('node', ['--import', 'tsx', '--input-type=module', '--eval', script])
  const file = 'unit/case.test.ts'
  assert.equal(JSON.parse(said), [
    {
      suite: 'promises',
      test: 'grows',
      proves: { topic: 'Scaling', promise: 'It grows', bound: 'all keys are there' },
      file,
    },
    { suite: 'promises', test: 'proves nothing to a user', file },
    { suite: 'of another file', test: 'proves nothing either', file: 'unit/other.test.ts' },
  ])
})

const given: Given[] = [
  { topic: 'Loss and recovery', promise: 'It heals', file: 'engine/heal.test.ts', test: 'heals' },
  {
    topic: 'Scaling',
    promise: 'It grows',
    bound: 'within 5 s',
    figure: 'growing, s',
    file: 'bench/grow.test.ts',
    test: 'grows in 5 s',
  },
  ...['a', 'b', 'c', 'd', 'e'].map((test) => ({
    topic: 'Scaling' as const,
    promise: 'It grows',
    bound: 'within 5 s',
    file: 'kind/grow.test.ts',
    test,
  })),
]

const on = { date: '2026-11-20', engines: ['redis 8.0.2'], kubernetes: '1.34.0' }
const last: LastRuns = {
  shown: { 'kind/grow.test.ts': [on, { ...on, kubernetes: '1.37.0' }] },
  figures: { 'growing, s': { median: 1.23456, worst: 2, times: 3, on } },
}
const record = readTrackRecord(`- defect: It shrank.
  mended: abcdef1
  level: kind
  file: grow
  test: a
  says: it shrank`)

const chapters = (text: string) => text.slice(text.indexOf('\n## ') + 1).split('\n')

test('has a promise once, with its bound, each file that shows it and on what, and the last figure', () => {
  assert.equal(chapters(page({ given, last, record })), [
    '## Loss and recovery',
    '',
    '### It heals',
    '',
    '- [engine/heal](engine/heal.test.ts): heals',
    '',
    '## Scaling',
    '',
    '### It grows',
    '',
    'Bound: within 5 s.',
    '',
    '- [bench/grow](bench/grow.test.ts): grows in 5 s',
    '- [kind/grow](kind/grow.test.ts): a; b; c; and 2 more',
    '  - passed on redis 8.0.2, Kubernetes 1.34.0, 2026-11-20',
    '  - passed on redis 8.0.2, Kubernetes 1.37.0, 2026-11-20',
    '- last measured, growing, s: 1.23 is the median of 3, 2 the worst (redis 8.0.2, Kubernetes 1.34.0, 2026-11-20)',
    '',
    '## Track record',
    '',
    'Defects that the charts or the generator once had. The command runs today’s test on the version before the mending commit,',
    'where the test fails.',
    '',
    '- It shrank. Mended by abcdef1.',
    '  kind/grow: a.',
    '',
    '      npm run replay -- abcdef1 grow',
    '',
  ])
})

test('says of a figure that no bench has left that it is not measured yet', () => {
  const text = page({ given, last: { shown: {}, figures: {} }, record: [] })
  assert.match(text, /^- last measured, growing, s: not measured yet$/m)
  assert.not.match(text, /^ {2}- passed on/m)
})

test('remembers the last run of a file on each Kubernetes, and the last figures of those measured again', () => {
  const later = { ...on, date: '2026-11-26' }
  const left = {
    shown: {
      'kind/grow.test.ts': later,
      'engine/heal.test.ts': { date: later.date, engines: ['valkey 9.1.0'] },
    },
    figures: [
      { what: 'growing, s', recipe: [], chart: [4, 2, 9], on: later },
      { what: 'never reached', recipe: [1], chart: [], on: later },
    ],
  }
  const all = remember(last, left)
  assert.equal(Object.keys(all.shown), ['engine/heal.test.ts', 'kind/grow.test.ts'])
  assert.equal(all.shown['kind/grow.test.ts'], [later, { ...on, kubernetes: '1.37.0' }])
  assert.equal(all.figures, { 'growing, s': { median: 4, worst: 9, times: 3, on: later } })
  assert.equal(remember(last, { shown: {}, figures: [] }), last)
})

test('a run notes of a file what it has run on', async (_, scope) => {
  const entries = await runFile('test/runner/fixtures/on-an-engine/unit/case.test.ts', {
    env: { ...process.env, TEST_KUBERNETES: '1.34.0' },
    output: () => {},
    signal: new AbortController().signal,
  })
  const [before, after] = entries.map(({ on }) => on)
  assert.is(before, undefined)
  assert.equal([after?.engines, after?.kubernetes], [['redis 8.0.2', 'valkey 9.1.0'], '1.34.0'])
  const results = await folder(scope)
  await noteShown(results, 'a', on)
  await noteShown(results, 'b', { ...on, date: 'old' })
  await noteShown(results, 'b', on)
  assert.equal(readShown(results), { a: on, b: on })
})

test('a promise under two topics, and one that ends with a full stop, are told', () => {
  const twice: Given = { topic: 'Security', promise: 'It heals', file: 'unit/x.test.ts', test: 'x' }
  const stop: Given = { topic: 'Security', promise: 'It holds.', file: 'unit/x.test.ts', test: 'y' }
  assert.equal(mistakesIn([...given, twice, stop]), [
    'test/unit/x.test.ts: "x": its promise stands under "Loss and recovery" already, not "Security"',
    'test/unit/x.test.ts: "y": promise and bound end without a full stop',
  ])
})

test('a defect whose test or commit is gone is told, the commit only where the history is whole', () => {
  const tests: Test[] = [{ suite: 's', test: 'a', file: 'kind/grow.test.ts' }]
  assert.equal(mistakesOf(record, tests, ['abcdef1234']), [])
  assert.equal(mistakesOf(record, tests, undefined), [])
  assert.equal(mistakesOf(record, [], ['1234']), [
    'test/track-record.yaml: abcdef1: no file of test/kind/ has a test "a"',
    'test/track-record.yaml: abcdef1: there is no commit abcdef1',
  ])
  const later = record.map((one) => ({ ...one, tests: 'fffffff' }))
  assert.equal(mistakesOf(later, tests, ['abcdef1234']), [
    'test/track-record.yaml: abcdef1: there is no commit fffffff',
  ])
})

test('a track record that does not hold is told, every mistake by its place', () => {
  assert.throws(
    () =>
      readTrackRecord('- { defect: It shrank., mended: main, level: kind, file: grow, test: a, who: me }'),
    /\/0 must have required property 'says'[\s\S]*\/0 must NOT have additional properties[\s\S]*\/0\/mended must match/,
  )
})

test('a run shows a defect where its test fails, and as recorded', () => {
  const [defect] = record
  assert.ok(defect)
  const output = (test: string, reason: string) =>
    `   FAIL  growing  "other"\n    it shrank\n\n   FAIL  growing  "${test}"\n    ${reason}\n`
  assert.is(shows(output('a', 'it shrank by 3'), defect), true)
  assert.is(shows(output('a', 'the setup failed'), defect), false)
  assert.is(shows(output('b', 'it shrank by 3'), defect), false)
  assert.is(shows('1 passed, 0 failed', defect), false)
})

test.run()
