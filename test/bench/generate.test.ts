import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { type Result, run } from '../harness/command.ts'
import { suite } from '../harness/suite.ts'
import { chartgen, copyOfProject } from '../unit/project.ts'
import { median, saveNumbers, spread } from './figures.ts'

const ROUNDS = 5

const test = suite('the generator', {
  timeout: 60_000,
  setup: async (scope) => ({ project: await copyOfProject(scope), numbers: {} as Record<string, number[]> }),
  teardown: async ({ numbers }) => {
    for (const [what, figures] of Object.entries(numbers)) console.log(`  ${what}: ${spread(figures)}`)
    console.log(`  every number: ${await saveNumbers('generate', numbers)}`)
  },
})

/** Runs a command several times and returns its seconds. */
async function times(command: (round: number) => Promise<Result>): Promise<number[]> {
  const seconds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const result = await command(round)
    assert.is(result.code, 0, result.stderr)
    seconds.push(result.seconds)
  }
  return seconds
}

test('chartgen generate makes both charts in 1.5 s', async ({ project, numbers }) => {
  const taken = await times((round) => chartgen(project, ['generate', '--out', `charts-${round}`]))
  numbers['chartgen generate, s'] = taken
  assert.ok(median(taken) <= 1.5, `the median is ${median(taken).toFixed(2)} s`)
})

test('npm start takes less than 3 s', async ({ project, numbers }) => {
  const taken = await times(() => run('npm', ['start', '--', '--project', project]))
  numbers['npm start, s'] = taken
  assert.ok(median(taken) < 3, `the median is ${median(taken).toFixed(2)} s`)
})

test('a package has 80 KB at most', async ({ project, numbers }) => {
  const folder = path.join(project, 'dist')
  const packages = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  assert.is(packages.length, 2)
  for (const name of packages) {
    const { size } = await stat(path.join(folder, name))
    numbers[`${name}, KB`] = [size / 1000]
    assert.ok(size <= 80_000, `${name} has ${size} bytes`)
  }
})

test.run()
