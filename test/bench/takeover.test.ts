import * as assert from 'uvu/assert'
import { countLost, errorsOf, lostOutside, unreadableOf, worstGap } from '../cluster/load/judge.ts'
import { CONNECT_TIMEOUT } from '../cluster/load/start.ts'
import { suite } from '../runner/suite.ts'
import { untilWhole } from '../shared/by-hand/observer.ts'
import { type Side, sixNodes } from '../shared/by-hand/sides.ts'
import { addFigures, type Figure, saveNumbers } from '../shared/figures/figures.ts'
import { loseMaster, type Takeover } from './takeover.ts'

const ROUNDS = 3
/** The chart's own node timeout, twice, in seconds. */
const LIMIT = 10
/** What a client may take, in seconds. */
const CLIENT_LIMIT = LIMIT + CONNECT_TIMEOUT / 1000

const test = suite('a master’s pod deleted by force, side by side with the recipe', {
  timeout: 600_000,
  setup: () => ({ takeovers: [] as Takeover[] }),
  teardown: async ({ takeovers }) => {
    await addFigures(figures(takeovers))
    console.log(`\n  every write: ${await saveNumbers('takeover', takeovers)}`)
  },
})

test('the recipe’s: as it comes', async ({ takeovers }, scope) => {
  takeovers.push(await loseMaster(await sixNodes('recipe', scope)))
})

test(`the chart’s, ${ROUNDS} times in a row: writes again within ${LIMIT} s, and what is lost is of the last moments`, async ({
  takeovers,
}, scope) => {
  const subject = await sixNodes('chart', scope)
  for (let round = 1; round <= ROUNDS; round++) {
    const done = await loseMaster(subject)
    takeovers.push(done)
    const { deletedAt, report, seconds } = done
    assert.ok(seconds <= LIMIT, `round ${round}: ${seconds} s`)
    assert.ok(gapOf(done) <= CLIENT_LIMIT, `round ${round}: a client was not served for ${gapOf(done)} s`)
    assert.equal(lostOutside(report, { from: deletedAt - 1000, to: deletedAt + LIMIT * 1000 }), [])
    assert.equal(unreadableOf(report), [])
    await untilWhole(subject, { deadline: 60_000 })
  }
})

const gapOf = ({ report }: Takeover) => worstGap(report).milliseconds / 1000

function figures(takeovers: Takeover[]): Figure[] {
  const row = (what: string, count: (takeover: Takeover) => number, each?: number): Figure => {
    const by = (side: Side) => takeovers.filter((one) => one.side === side).map(count)
    return {
      what: `a master’s pod lost, 6 nodes: ${what}`,
      recipe: by('recipe'),
      chart: by('chart'),
      ...(each && { most: { each } }),
    }
  }
  return [
    row('until a server takes its writes, s', ({ seconds }) => seconds, LIMIT),
    row('worst write gap of an ordinary client, s', gapOf, CLIENT_LIMIT),
    row('acknowledged writes lost', ({ report }) => countLost(report)),
    row('errors at the clients', ({ report }) => errorsOf(report).length),
  ]
}

test.run()
