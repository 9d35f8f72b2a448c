import * as assert from 'uvu/assert'
import { suite } from '../harness/suite.ts'
import { addFigures, type Figure, reaches, saveNumbers } from './figures.ts'
import { atRest, type Rest } from './rest.ts'
import { type Side, sixNodes } from './sides.ts'

const test = suite('six nodes at rest, side by side with the recipe', {
  timeout: 600_000,
  setup: async (scope) => ({
    rests: await atRest([await sixNodes('recipe', scope), await sixNodes('chart', scope)]),
  }),
  teardown: async ({ rests }) => {
    await addFigures(figures(rests))
    console.log(`\n  every pod: ${await saveNumbers('rest', rests)}`)
  },
})

const row = (rests: Rest[], what: string, count: (rest: Rest) => number, both = true): Figure => {
  const by = (side: Side) => rests.filter((one) => one.side === side).map(count)
  return { what: `at rest, a pod: ${what}`, recipe: both ? by('recipe') : [], chart: by('chart') }
}

const keeper = (rests: Rest[]): Figure[] => [
  {
    ...row(rests, 'the keeper, millicores', ({ millicores }) => millicores.keeper, false),
    most: { each: 5 },
  },
  { ...row(rests, 'the keeper, MiB', ({ keeperMemory }) => keeperMemory, false), most: { each: 16 } },
]

const figures = (rests: Rest[]): Figure[] => [
  ...keeper(rests),
  row(rests, 'the probes, millicores', ({ millicores: { server, serverProcess } }) => server - serverProcess),
  row(rests, 'the server itself, millicores', ({ millicores }) => millicores.serverProcess),
  row(rests, 'all of it, millicores', ({ millicores: { server, keeper } }) => server + keeper),
]

test('a keeper takes 5 millicores and 16 MiB at most', ({ rests }) => {
  for (const figure of keeper(rests)) {
    assert.is(figure.chart.length, 6)
    assert.ok(reaches(figure), `${figure.what}: ${figure.chart}`)
  }
})

test.run()
