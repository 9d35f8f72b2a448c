import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { benchImage, type Side } from '../shared/by-hand/sides.ts'
import { addFigures, type Figure, ratioOf, reaches, saveNumbers } from '../shared/figures/figures.ts'
import { phaseTable } from '../shared/figures/phases.ts'
import { measure, type Sample } from './measure.ts'

/** How many nodes, how often, and the part of the recipe's time that the chart may take. */
const sizes = [
  { nodes: 6, rounds: 3, toReach: 0.55 },
  { nodes: 14, rounds: 2, toReach: 0.4 },
]

/** What is measured of a size. */
const whatOf = (nodes: number) => `install, ${nodes} nodes: until all agree and replicas are in sync, s`

const test = suite('install, side by side with the recipe', {
  timeout: 300_000,
  setup: async () => {
    const image = await benchImage()
    return { image, samples: [] as Sample[] }
  },
  teardown: async ({ image, samples }) => {
    const saved = await saveNumbers('install', { image, samples })
    await addFigures(sizes.map((size) => figureOf(samples, size)))
    for (const { nodes } of sizes) console.log(`\n${phases(samples, nodes)}`)
    console.log(`\n  every sample: ${saved}`)
  },
})

for (const { nodes, rounds, toReach } of sizes) {
  for (let round = 1; round <= rounds; round++) {
    // Whoever goes first finds the machine as the other has left it: they take turns.
    const order: Side[] = round % 2 === 1 ? ['recipe', 'chart'] : ['chart', 'recipe']
    for (const side of order)
      test(`${nodes} nodes by the ${side}, round ${round}`, async ({ samples }, scope) => {
        samples.push(await measure(side, nodes, scope))
      })
  }
  test.proves({
    topic: 'Install and remove',
    promise: 'An install takes less time than the same cluster by hand',
    bound: `${nodes} nodes in ${toReach} of the time of the recipe for doing it by hand`,
    figure: whatOf(nodes),
  })
  test(`the chart makes ${nodes} nodes in ${toReach} of the recipe's time or less`, ({ samples }) => {
    const figure = figureOf(samples, { nodes, toReach })
    assert.equal([figure.recipe.length, figure.chart.length], [rounds, rounds])
    assert.ok(reaches(figure), `it takes ${ratioOf(figure).toFixed(2)} of it`)
  })
}

function figureOf(samples: Sample[], { nodes, toReach }: { nodes: number; toReach: number }): Figure {
  const by = (side: Side) =>
    samples.filter((sample) => sample.side === side && sample.nodes === nodes).map(({ seconds }) => seconds)
  return {
    what: whatOf(nodes),
    recipe: by('recipe'),
    chart: by('chart'),
    most: { ratio: toReach },
  }
}

function phases(samples: Sample[], nodes: number): string {
  const by = (side: Side) =>
    samples.filter((sample) => sample.nodes === nodes && sample.side === side).map(({ phases }) => phases)
  return phaseTable(`${nodes} nodes, s since the start`, { recipe: by('recipe'), chart: by('chart') })
}

test.run()
