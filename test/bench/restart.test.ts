import * as assert from 'uvu/assert'
import { countLost, errorsOf, gapBeyond, notKept, worstGap, worstOwnGap } from '../cluster/load/judge.ts'
import { ROLLING_RESTART } from '../cluster/unnoticed.ts'
import { suite } from '../runner/suite.ts'
import { type Side, sixNodes } from '../shared/by-hand/sides.ts'
import { addFigures, type Figure, median, saveNumbers } from '../shared/figures/figures.ts'
import { draw, type Restart, restart } from './restart.ts'

const ROUNDS = 3
const OF = 'rolling restart, 6 nodes: '
const GAP = 'worst write gap, s'

const test = suite('a rolling restart under load, side by side with the recipe', {
  timeout: 900_000,
  setup: () => ({ restarts: [] as Restart[] }),
  teardown: async ({ restarts }) => {
    await addFigures(figures(restarts))
    console.log(`\n  every write: ${await saveNumbers('restart', restarts)}`)
  },
})

test('by the recipe: as it comes', async ({ restarts }, scope) => {
  const done = await restart(await sixNodes('recipe', scope))
  restarts.push(done)
  console.log(`\n  drawn: ${await draw('restart-recipe', done)}`)
})

test.proves({ ...ROLLING_RESTART, figure: OF + GAP })
test(`by the chart, ${ROUNDS} times in a row: no error, nothing lost, no shard silent for longer than 0.5 s`, async ({
  restarts,
}, scope) => {
  const subject = await sixNodes('chart', scope)
  for (let round = 1; round <= ROUNDS; round++) {
    const done = await restart(subject)
    restarts.push(done)
    console.log(`\n  drawn: ${await draw(`restart-chart-${round}`, done)}`)
    assert.ok(done.seconds, 'not all pods were replaced')
    assert.is(done.amiss, undefined)
    assert.equal(errorsOf(done.report), [])
    assert.equal(notKept(done.report), [])
    assert.is(gapBeyond(500, done.report), undefined)
  }
})

test('the chart’s worst gap is 0.3 s at most as the median', ({ restarts }) => {
  const gaps = by(restarts, 'chart').map(ownOf)
  assert.is(gaps.length, ROUNDS)
  assert.ok(median(gaps) <= 0.3, `it is ${median(gaps)} s`)
})

const by = (restarts: Restart[], side: Side) => restarts.filter((one) => one.side === side)

const worstOf = ({ report }: Restart) => worstGap(report).milliseconds / 1000
const controlOf = ({ report }: Restart) => worstGap({ ...report, lanes: report.controls }).milliseconds / 1000
const ownOf = ({ report }: Restart) => worstOwnGap(report).own / 1000

function figures(restarts: Restart[]): Figure[] {
  const row = (what: string, count: (restart: Restart) => number, most?: Figure['most']): Figure => ({
    what: OF + what,
    recipe: by(restarts, 'recipe').map(count).filter(Number.isFinite),
    chart: by(restarts, 'chart').map(count).filter(Number.isFinite),
    ...(most && { most }),
  })
  return [
    row(GAP, worstOf),
    row('the same of servers that nobody touches, s', controlOf),
    row('what is left without those, s', ownOf, { each: 0.5, median: 0.3 }),
    row('errors at the clients', ({ report }) => errorsOf(report).length, { each: 0 }),
    row('acknowledged writes lost', ({ report }) => countLost(report), { each: 0 }),
    row('runs after which it is not whole in a minute', ({ amiss }) => (amiss ? 1 : 0), { each: 0 }),
    row('until all pods are replaced, s', ({ seconds }) => seconds ?? Number.NaN),
  ]
}

test.run()
