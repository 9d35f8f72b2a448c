import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { type Side, sixNodes } from '../shared/by-hand/sides.ts'
import { addFigures, type Figure, reaches, saveNumbers } from '../shared/figures/figures.ts'
import { atRest, type Rest } from './rest.ts'

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

const OF = 'at rest, a pod: '
const KEEPER = 'the keeper, millicores'
const MILLICORES = 5
const MEBIBYTES = 16

const row = (rests: Rest[], what: string, count: (rest: Rest) => number, both = true): Figure => {
  const by = (side: Side) => rests.filter((one) => one.side === side).map(count)
  return { what: OF + what, recipe: both ? by('recipe') : [], chart: by('chart') }
}

const keeper = (rests: Rest[]): Figure[] => [
  {
    ...row(rests, KEEPER, ({ millicores }) => millicores.keeper, false),
    most: { each: MILLICORES },
  },
  { ...row(rests, 'the keeper, MiB', ({ keeperMemory }) => keeperMemory, false), most: { each: MEBIBYTES } },
]

const figures = (rests: Rest[]): Figure[] => [
  ...keeper(rests),
  row(rests, 'the probes, millicores', ({ millicores: { server, serverProcess } }) => server - serverProcess),
  row(rests, 'the server itself, millicores', ({ millicores }) => millicores.serverProcess),
  row(rests, 'all of it, millicores', ({ millicores: { server, keeper } }) => server + keeper),
]

test.proves({
  topic: 'Size and cost',
  promise: 'The keeper beside each server takes little while the cluster rests',
  bound: `${MILLICORES} millicores and ${MEBIBYTES} MiB a pod`,
  figure: OF + KEEPER,
})
test('a keeper takes 5 millicores and 16 MiB at most', ({ rests }) => {
  for (const figure of keeper(rests)) {
    assert.is(figure.chart.length, 6)
    assert.ok(reaches(figure), `${figure.what}: ${figure.chart}`)
  }
})

test.run()
