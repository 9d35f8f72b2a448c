import * as assert from 'uvu/assert'
import { writeAndRead } from '../cluster/load/start.ts'
import { suite } from '../runner/suite.ts'
import { untilWhole } from '../shared/by-hand/observer.ts'
import { type Side, type Subject, sixNodes } from '../shared/by-hand/sides.ts'
import { addFigures, type Figure, saveNumbers } from '../shared/figures/figures.ts'
import { type Deletion, deleteAll } from './deletion.ts'

const ROUNDS = 5
const PATIENCE = 75_000
const LIMIT = 5
const OF = 'all pods deleted, 6 nodes: '
const WHOLE = 'whole after the last start, s'

const test = suite('all pods deleted at once, side by side with the recipe', {
  timeout: 600_000,
  setup: () => ({ deletions: [] as Deletion[] }),
  teardown: async ({ deletions }) => {
    await addFigures(figures(deletions))
    console.log(`\n  every number: ${await saveNumbers('deletion', deletions)}`)
  },
})

/** Writes ten thousand keys, and returns how many the cluster then holds. */
async function fill(subject: Subject): Promise<number> {
  const { wrong } = await writeAndRead(subject)
  assert.is(wrong, 0)
  return (await untilWhole(subject, { deadline: 30_000 })).keys
}

test('the recipe’s: as it comes', async ({ deletions }, scope) => {
  const subject = await sixNodes('recipe', scope)
  const keys = await fill(subject)
  deletions.push(await deleteAll(subject, { force: false, keys, deadline: PATIENCE }))
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'All pods deleted at once come back as the cluster they were, with all keys',
  bound: `whole ${LIMIT} s after the last container has started`,
  figure: OF + WHOLE,
})
test(`the chart’s, ${ROUNDS} times in a row: whole with all its keys ${LIMIT} s after the last container started`, async ({
  deletions,
}, scope) => {
  const subject = await sixNodes('chart', scope)
  const keys = await fill(subject)
  for (let round = 1; round <= ROUNDS; round++) {
    const deletion = await deleteAll(subject, { force: round % 2 === 0, keys, deadline: PATIENCE })
    deletions.push(deletion)
    const { whole, observer, amiss } = deletion
    assert.ok(whole, amiss)
    assert.ok(whole <= LIMIT + observer, `round ${round}: ${whole} s, ${observer} s of it the observer's own`)
  }
})

function figures(deletions: Deletion[]): Figure[] {
  const row = (what: string, count: (deletion: Deletion) => number | undefined): Figure => {
    const by = (side: Side) => deletions.filter((one) => one.side === side).flatMap((one) => count(one) ?? [])
    return {
      what: OF + what,
      recipe: by('recipe'),
      chart: by('chart'),
      never: `not in ${PATIENCE / 1000} s`,
    }
  }
  return [
    { ...row(WHOLE, ({ whole }) => whole), most: { each: LIMIT } },
    row('of that the observer’s own time at most, s', ({ whole, observer }) => whole && observer),
    row('from the command until whole, s', ({ started, whole }) => whole && started + whole),
  ]
}

test.run()
