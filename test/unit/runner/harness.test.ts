import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { runFile } from '../../runner/child.ts'
import { must, run } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
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

const runner = (...args: string[]) => run('node', ['--import', 'tsx', 'test/runner/run.ts', ...args])
const lastLine = (output: string) => output.trimEnd().split('\n').at(-1)

test('a run tells at its end why a test failed', async () => {
  const { stdout } = await runner('--in', `${fixtures}/never-settles`, 'unit')
  assert.match(
    stdout,
    /\nfailed: .*: waits for ever\n {2}the test took longer than [\d.]+ s\n\n1 passed, 1 failed\n$/,
  )
})

test('a run tells at its end what a failed assertion saw', async () => {
  const { stdout } = await runner('--in', `${fixtures}/fails`, 'unit')
  assert.match(stdout, /\nfailed: .*: expects nothing\n {2}Expected .*--shard-1 was silent .*\n\n0 passed, 1/)
})

test('a whole run ends with 0 and its totals', async () => {
  const { code, stdout } = await runner('--in', `${fixtures}/good`, 'unit')
  assert.equal([code, lastLine(stdout)], [0, '2 passed, 0 failed'])
})

test('a run with a failure ends with 1 and its totals', async () => {
  const { code, stdout } = await runner('--in', `${fixtures}/setup-throws`, 'unit')
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 2 failed'])
})

test('a level without a file is a failure', async () => {
  const { code, stdout } = await runner('--in', `${fixtures}/good`, 'engine')
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 1 failed'])
})

/** A PATH on which there is what the runner and scripts/tools are made of, and no tool. */
async function barePath(scope: Scope): Promise<string> {
  const bare = await mkdtemp(path.join(tmpdir(), 'bare-'))
  scope.defer(() => rm(bare, { recursive: true }))
  for (const program of ['node', 'sh', 'dirname', 'awk', 'sed', 'head', 'basename'])
    await symlink((await must('which', [program])).trim(), path.join(bare, program))
  return bare
}

test('a tool that is missing leaves out the file that needs it, and says so before and after the others ran', async (_, scope) => {
  const env = { ...process.env, PATH: await barePath(scope) }
  const args = ['--import', 'tsx', 'test/runner/run.ts', '--in', `${fixtures}/needs-a-tool`, 'unit']
  const { code, stdout } = await run('node', args, { env })
  assert.is(code, 1, 'a level that is named must be whole')
  const told =
    /Runs: unit \(1 file\)\.\nLEFT OUT: 1 file of unit, for want of shellcheck\.\nTo get what is missing: scripts\/tools shellcheck, or add --install\./g
  assert.is(stdout.match(told)?.length, 2, stdout)
  assert.is(lastLine(stdout), '1 passed, 1 failed')
})

test('a filter needs only the tools of the files that it names', async (_, scope) => {
  const env = { ...process.env, PATH: await barePath(scope) }
  const args = ['--import', 'tsx', 'test/runner/run.ts', '--in', `${fixtures}/needs-a-tool`, 'unit', 'other']
  const { code, stdout } = await run('node', args, { env })
  assert.equal([code, lastLine(stdout)], [0, '1 passed, 0 failed'], stdout)
})

/** Runs the level engine with --engines, beside a table of images and programs that only tell their version. */
async function onEngines(scope: Scope, engines: string, fixture = 'engines') {
  const bare = await barePath(scope)
  for (const tool of ['docker', 'busybox', 'mawk'])
    await writeFile(path.join(bare, tool), '#!/bin/sh\necho v28.0.0\n', { mode: 0o755 })
  const images = path.join(bare, 'images.yaml')
  const entry = (...tags: string[]) => ({
    repository: 'r',
    tags: Object.fromEntries(tags.map((tag) => [tag, tag])),
  })
  const table = {
    redis: entry('7.2.16', '8.10.1', '7.2.16-alpine'),
    valkey: entry('9.1.0'),
    'redis-versions': entry('8.6.6'),
  }
  await writeFile(images, JSON.stringify(table))
  const args = [
    '--import',
    'tsx',
    'test/runner/run.ts',
    '--in',
    `${fixtures}/${fixture}`,
    'engine',
    '--engines',
    engines,
  ]
  return run('node', args, { env: { ...process.env, PATH: bare, TEST_IMAGES: images } })
}

/** How many tests passed on each engine, by the last lines of a run. */
const countedIn = (stdout: string) =>
  Object.fromEntries(
    [...stdout.matchAll(/^(.*): (\d) tests passed$/gm)].map(([, engine, count]) => [engine, Number(count)]),
  )

test('the level engine runs on each engine that is named; what depends on nothing of it runs once', async (_, scope) => {
  const { code, stdout } = await onEngines(scope, 'valkey 9.1, redis 8.6')
  assert.equal([code, lastLine(stdout)], [0, '5 passed, 0 failed'], stdout)
  assert.equal(countedIn(stdout), { 'valkey 9.1': 2, 'redis 8.6': 3 })
  for (const engine of ['valkey 9.1', 'redis 8.6']) assert.match(stdout, `runs on ${engine}\n`)
})

test('all engines are those of the table of images, each once', async (_, scope) => {
  const { stdout } = await onEngines(scope, 'all')
  assert.equal(countedIn(stdout), { 'valkey 9.1': 2, 'redis 8.10': 3, 'redis 8.6': 2, 'redis 7.2': 2 })
})

test('a sparing run has everything on the newest Redis, and on the others what they do differently', async (_, scope) => {
  const { stdout } = await onEngines(scope, 'newest')
  assert.equal(countedIn(stdout), { 'valkey 9.1': 1, 'redis 8.10': 3, 'redis 8.6': 1, 'redis 7.2': 1 })
})

test('a file of the level engine that does not say what it depends on is a failure', async (_, scope) => {
  const { code, stdout, stderr } = await onEngines(scope, 'all', 'undeclared')
  assert.is(code, 1)
  assert.match(
    stdout + stderr,
    /undeclared\/engine\/case\.test\.ts does not say what of the engine it depends on/,
  )
})

test('an engine that has no image is a failure, and nothing runs in its name', async (_, scope) => {
  const { code, stdout } = await onEngines(scope, 'redis 9.9')
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 1 failed'])
  assert.match(stdout, 'there is no image of redis 9.9; there are valkey 9.1, redis 8.10')
})

test('a level tells which of its files took longest', async () => {
  const { stdout } = await runner('--in', `${fixtures}/good`, 'unit')
  assert.match(stdout, /\nslowest of unit: unit\/case\.test\.ts \d+ s\n/)
})

test('a filter that no file matches is a failure', async () => {
  const { code, stdout } = await runner('--in', `${fixtures}/good`, 'unit', 'no-such-file')
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 1 failed'])
})

test('one filter of two that no file matches is a failure too', async () => {
  const { code, stdout } = await runner('--in', `${fixtures}/good`, 'unit', 'unit/', 'no-such-file')
  assert.equal([code, lastLine(stdout)], [1, '2 passed, 1 failed'])
})

test.run()
