import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { type Result, run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { addFigures, type Figure, reaches, saveNumbers } from '../shared/figures/figures.ts'
import { chartgen, copyOfProject } from '../shared/project.ts'

const ROUNDS = 5

const test = suite('the generator', {
  timeout: 60_000,
  setup: async (scope) => ({ project: await copyOfProject(scope), figures: [] as Figure[] }),
  teardown: async ({ figures }) => {
    await addFigures(figures)
    console.log(`  every number: ${await saveNumbers('generate', figures)}`)
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

/** Notes what was measured, and says whether it is as little as it is to be. */
function measured(figures: Figure[], what: string, chart: number[], most: number): boolean {
  const figure = { what, recipe: [], chart, most: { median: most } }
  figures.push(figure)
  return reaches(figure)
}

test('chartgen generate makes both charts in 1.5 s', async ({ project, figures }) => {
  const taken = await times((round) => chartgen(project, ['generate', '--out', `charts-${round}`]))
  assert.ok(measured(figures, 'chartgen generate, both charts, s', taken, 1.5), `${taken} s`)
})

test('npm start takes 3 s at most', async ({ project, figures }) => {
  const taken = await times(() => run('npm', ['start', '--', '--project', project]))
  assert.ok(measured(figures, 'npm start, s', taken, 3), `${taken} s`)
})

test('a package has 80 KB at most', async ({ project, figures }) => {
  const folder = path.join(project, 'dist')
  const packages = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  assert.is(packages.length, 2)
  for (const name of packages) {
    const { size } = await stat(path.join(folder, name))
    assert.ok(measured(figures, `${name}, KB`, [size / 1000], 80), `${name} has ${size} bytes`)
  }
})

test.run()
