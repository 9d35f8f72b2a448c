import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import { suite } from '../../runner/suite.ts'
import { podScripts } from '../../shared/pod-scripts.ts'

const test = suite('what becomes of the data under another server')

const PROGRAM = podScripts().get('formats.awk') ?? ''

const verdict = async (from: string, to: string) =>
  (await must('awk', ['-v', `from=${from}`, '-v', `to=${to}`, '-f', PROGRAM])).trim()

const verdicts: [from: string, to: string, verdict: string][] = [
  ['redis 7.0.15', 'redis 7.0.15', 'same'],
  ['redis 6.0.16', 'redis 6.2.24', 'same'],
  ['redis 6.2.24', 'redis 6.0.16', 'same older'],
  ['redis 6.2.24', 'redis 7.0.15', 'newer'],
  ['redis 7.0.15', 'redis 6.2.24', 'refuse'],
  ['redis 7.0.15', 'redis 8.0.2', 'newer'],
  ['redis 8.0.2', 'redis 7.4.11', 'same older'],
  ['redis 8.2.3', 'redis 8.4.0', 'same'],
  ['redis 8.4.0', 'redis 8.0.6', 'same older'],
  ['redis 8.4.0', 'redis 8.6.3', 'newer'],
  ['redis 8.6.3', 'redis 8.4.0', 'refuse'],
  ['redis 8.6.3', 'redis 8.8.2', 'newer'],
  ['redis 8.10.1', 'redis 8.8.2', 'refuse'],
  ['redis 8.8.2', 'redis 8.10.1', 'newer'],
  ['redis 8.10.1', 'redis 8.12.0', 'newer'],
  ['redis 8.10.1', 'redis 8.10.0', 'same older'],
  ['redis 6.0.16', 'redis 8.10.1', 'newer'],
  ['valkey 8.0.9', 'valkey 8.1.8', 'same'],
  ['valkey 8.1.8', 'valkey 8.0.9', 'same older'],
  ['valkey 8.1.8', 'valkey 9.1.0', 'newer'],
  ['valkey 9.1.0', 'valkey 9.0.4', 'same older'],
  ['valkey 9.1.0', 'valkey 8.1.8', 'refuse'],
  ['redis 7.0.15', 'valkey 8.1.8', 'newer'],
  ['redis 7.2.16', 'valkey 8.1.8', 'same'],
  ['redis 7.2.16', 'valkey 9.1.0', 'newer'],
  ['redis 7.4.11', 'valkey 8.1.8', 'refuse'],
  ['redis 8.0.2', 'valkey 9.1.0', 'refuse'],
  ['valkey 8.0.9', 'redis 8.10.1', 'refuse'],
]

for (const [from, to, expected] of verdicts)
  test(`${from} to ${to}: ${expected}`, async () => {
    assert.is((await verdict(from, to)).replace(/^refuse .*/, 'refuse'), expected)
  })

test('a refusal says why, and the way round', async () => {
  assert.match(
    await verdict('redis 8.0.2', 'valkey 9.1.0'),
    /format that Valkey does not read.*install valkey-cluster/,
  )
  assert.match(await verdict('valkey 9.1.0', 'valkey 8.1.8'), /Stay with 9\.1\.0, or install/)
})

test.run()
