import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { barePath, lastLine, runLevels } from './running.ts'

const test = suite('the level engine on several engines', { timeout: 30_000 })

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
  const env = { ...process.env, PATH: bare, TEST_IMAGES: images }
  return runLevels(fixture, ['engine', '--engines', engines], env)
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

test('a test that fails is told with the engine it failed on', async (_, scope) => {
  const { code, stdout } = await onEngines(scope, 'valkey 9.1, redis 8.6', 'fails-on-redis')
  assert.equal([code, lastLine(stdout)], [1, '1 passed, 1 failed'], stdout)
  assert.match(stdout, /\nfailed: \S*case\.test\.ts on redis 8\.6: holds\n/)
})

test('an engine on which nothing ran is a failure', async (_, scope) => {
  const { code, stdout } = await onEngines(scope, 'valkey 9.1, redis 8.6', 'depends-on-nothing')
  assert.equal([code, lastLine(stdout)], [1, '1 passed, 1 failed'], stdout)
  assert.match(stdout, '\nfailed: run: nothing ran on valkey 9.1\n')
})

test('an engine that has no image is a failure, and nothing runs in its name', async (_, scope) => {
  const { code, stdout } = await onEngines(scope, 'redis 9.9')
  assert.equal([code, lastLine(stdout)], [1, '0 passed, 1 failed'])
  assert.match(stdout, 'there is no image of redis 9.9; there are valkey 9.1, redis 8.10')
})

test.run()
