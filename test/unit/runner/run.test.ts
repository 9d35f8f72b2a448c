import * as assert from 'uvu/assert'
import { suite } from '../../runner/suite.ts'
import { barePath, lastLine, runLevels } from './running.ts'

const test = suite('a run of levels', { timeout: 30_000 })

test('a run tells at its end why a test failed', async () => {
  const { stdout } = await runLevels('never-settles', ['unit'])
  assert.match(
    stdout,
    /\nfailed: .*: waits for ever\n {2}the test took longer than [\d.]+ s\n\n1 passed, 1 failed\n$/,
  )
})

test('a run tells at its end what a failed assertion saw', async () => {
  const { stdout } = await runLevels('fails', ['unit'])
  assert.match(stdout, /\nfailed: .*: expects nothing\n {2}Expected .*--shard-1 was silent .*\n\n0 passed, 1/)
})

test('a whole run ends with 0 and its totals', async () => {
  const { code, stdout } = await runLevels('good', ['unit'])
  assert.equal([code, lastLine(stdout)], [0, '2 passed, 0 failed'])
})

test('a run with a failure ends with 1 and its totals', async () => {
  const { code, stdout } = await runLevels('setup-throws', ['unit'])
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 2 failed'])
})

test('a level without a file is a failure', async () => {
  const { code, stdout } = await runLevels('good', ['engine'])
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 1 failed'])
})

test('a tool that is missing leaves out the file that needs it, and says so before and after the others ran', async (_, scope) => {
  const env = { ...process.env, PATH: await barePath(scope) }
  const { code, stdout } = await runLevels('needs-a-tool', ['unit'], env)
  assert.is(code, 1, 'a level that is named must be whole')
  const told =
    /Runs: unit \(1 file\)\.\nLEFT OUT: 1 file of unit, for want of shellcheck\.\nTo get what is missing: scripts\/tools shellcheck, or add --install\./g
  assert.is(stdout.match(told)?.length, 2, stdout)
  assert.is(lastLine(stdout), '1 passed, 1 failed')
})

test('a filter needs only the tools of the files that it names', async (_, scope) => {
  const env = { ...process.env, PATH: await barePath(scope) }
  const { code, stdout } = await runLevels('needs-a-tool', ['unit', 'other'], env)
  assert.equal([code, lastLine(stdout)], [0, '1 passed, 0 failed'], stdout)
})

test('a level tells which of its files took longest', async () => {
  const { stdout } = await runLevels('good', ['unit'])
  assert.match(stdout, /\nslowest of unit: unit\/case\.test\.ts \d+ s\n/)
})

test('a filter that no file matches is a failure', async () => {
  const { code, stdout } = await runLevels('good', ['unit', 'no-such-file'])
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 1 failed'])
})

test('one filter of two that no file matches is a failure too', async () => {
  const { code, stdout } = await runLevels('good', ['unit', 'unit/', 'no-such-file'])
  assert.equal([code, lastLine(stdout)], [1, '2 passed, 1 failed'])
})

test.run()
