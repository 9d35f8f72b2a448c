import { readFile, rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { runFile } from '../../runner/child.ts'
import { suite } from '../../runner/suite.ts'
import { isGood, summary } from '../../runner/tally.ts'

const fixtures = 'test/runner/fixtures'
const test = suite('harness', { timeout: 30_000 })

async function outcomes(fixture: string): Promise<string[]> {
  const file = `${fixtures}/${fixture}/unit/case.test.ts`
  const entries = await runFile(file, {
    env: process.env,
    output: () => {},
    signal: new AbortController().signal,
  })
  return entries.map(({ name, outcome }) => `${outcome}: ${name}`)
}

// What the runner must count for a file that goes wrong in one way.
const cases: [fixture: string, sentence: string, ...counted: string[]][] = [
  [
    'good',
    'tests that hold are passed',
    'passed: the context is what setup returned',
    'passed: another test',
  ],
  [
    'setup-throws',
    'a setup that throws fails every test',
    'failed: never reached',
    'failed: never reached either',
  ],
  ['teardown-throws', 'a teardown that throws is a failure', 'passed: fine by itself', 'failed: teardown'],
  ['deferred-throws', 'a deferred cleanup that throws fails its test', 'failed: fine by itself'],
  [
    'never-run',
    'a forgotten run() is a failure',
    'failed: the file ended with 1, though none of its tests failed',
  ],
  [
    'no-test',
    'a suite without tests is a failure',
    'failed: the file ended with 1, though none of its tests failed',
  ],
  [
    'proves-nothing',
    'a promise that no test follows is a failure',
    'failed: the file ended with 1, though none of its tests failed',
  ],
  ['no-suite', 'a file without a suite is a failure', 'failed: the file has no test, or forgot test.run()'],
  [
    'never-settles',
    'a test that never settles fails at its deadline',
    'failed: waits for ever',
    'passed: the next one runs all the same',
  ],
  ['throws-no-error', 'a thrown string is a failure', 'failed: throws a string'],
  ['crashes', 'a test that ends the process is a failure', 'failed: ends the process (ended with 1)'],
  [
    'does-not-load',
    'a file that does not load is a failure',
    'failed: the file ended with 1, though none of its tests failed',
  ],
  [
    'rejects-aside',
    'a rejection nobody awaits is a failure',
    'failed: starts something and forgets it (ended with 1)',
  ],
  ['skips', 'a skipped test is counted as skipped', 'skipped: does not', 'passed: runs'],
  ['uses-only', 'what .only leaves out is counted as skipped', 'skipped: does not run', 'passed: runs'],
]
for (const [fixture, sentence, ...counted] of cases) {
  test(sentence, async () => assert.equal(await outcomes(fixture), counted))
}

test('the evidence of a failed test is saved in a folder of its own', async (_, scope) => {
  const folder = 'test-results/fails-with-evidence'
  scope.defer(() => rm(folder, { recursive: true }))
  await outcomes('fails-with-evidence')
  assert.is(await readFile(`${folder}/explains-itself/what-was-seen.txt`, 'utf8'), 'three nodes\n')
})

test('a skip is a failure where nobody would see it, and no test at all is one everywhere', () => {
  const passed = { from: 'f', name: 'a', outcome: 'passed' as const }
  const skipped = { from: 'f', name: 'b', outcome: 'skipped' as const }
  assert.ok(isGood([passed, skipped], false))
  assert.not.ok(isGood([passed, skipped], true))
  assert.not.ok(isGood([skipped], false))
  assert.not.ok(isGood([], false))
})

test('the last line of a summary is the totals', () => {
  const entry = { from: 'f', name: 'a' }
  assert.is(
    summary([{ ...entry, outcome: 'passed' }])
      .split('\n')
      .at(-1),
    '1 passed, 0 failed',
  )
  const mixed = summary([
    { ...entry, outcome: 'failed' },
    { ...entry, outcome: 'skipped' },
  ])
  assert.is(mixed.split('\n').at(-1), '0 passed, 1 failed, 1 skipped')
})

test('a long reason stands in the summary without its middle, on one line', () => {
  const why = `began here\n${'and went on\n'.repeat(100)}and gave up here\n`
  const text = summary([{ from: 'f', name: 'a', outcome: 'failed', why }])
  assert.match(text, /^failed: f: a\n {2}began here and went on .* \[…\] .* and gave up here\n\n0 passed/)
})

test.run()
