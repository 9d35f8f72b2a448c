import * as assert from 'uvu/assert'
import { countLost, notKept } from '../cluster/load/judge.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { type Side, type Subject, sixNodes } from '../shared/by-hand/sides.ts'
import { addFigures, type Figure, saveNumbers } from '../shared/figures/figures.ts'
import { phaseTable } from '../shared/figures/phases.ts'
import { type Deletion, deletePods, type How } from './deletion.ts'

const ROUNDS = 2
const PATIENCE = 75_000
/** Seconds after the last container's start until the cluster is whole, but for the observer's own time. */
const LIMIT = 5
/**
 * Until a client that goes by the Service has written to every shard. The Service leads to pods that are ready, which the kubelet looks
 * at every five seconds.
 */
const WRITTEN = 6.5
/** Every server says ok, and every shard is written to, where containers that start together do not wait for a processor. */
const [OK_TO_REACH, WRITTEN_TO_REACH] = [3, 3.5]
const KEYS = 10_000
const OF = 'all pods deleted, 6 nodes: '
const ALL_OK = 'every server says ok after the last start, s'

const GRACEFULLY: How = { name: 'gracefully' }
/** All pods come back. The engine's own delay depends on how far apart they do. */
const ways: How[] = [
  GRACEFULLY,
  { name: 'by force', force: true },
  { name: 'one comes 12 s after the others', held: [0] },
  { name: 'one comes 12 s before the others', held: [1, 2, 3, 4, 5] },
]
const ONE: How = { name: 'one pod replaced', only: 1 }

const test = suite('pods deleted, side by side with the recipe', {
  timeout: 900_000,
  setup: () => ({ deletions: [] as Deletion[] }),
  teardown: async ({ deletions }) => {
    await addFigures(figures(deletions))
    for (const { name } of [...ways, ONE]) console.log(`\n${phases(deletions, name)}`)
    console.log(`\n  every number: ${await saveNumbers('deletion', deletions)}`)
  },
})

async function filled(side: Side, scope: Scope): Promise<Subject> {
  const subject = await sixNodes(side, scope)
  const { wrong } = await writeAndRead(subject, KEYS)
  assert.is(wrong, 0)
  return subject
}

test('the recipe’s, one and all: as it comes', async ({ deletions }, scope) => {
  const subject = await filled('recipe', scope)
  for (const how of [ONE, GRACEFULLY]) deletions.push(await deletePods(subject, how, PATIENCE))
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'All pods deleted at once come back as the cluster they were, with all keys',
  bound: `whole ${LIMIT} s after the last container has started, and written to through the Service after ${WRITTEN} s`,
  figure: OF + ALL_OK,
})
test(`the chart’s, ${ROUNDS} times each way: whole with all its keys ${LIMIT} s after the last start, written to after ${WRITTEN} s`, async ({
  deletions,
}, scope) => {
  const subject = await filled('chart', scope)
  for (let round = 1; round <= ROUNDS; round++)
    for (const how of [...ways, ONE]) {
      const done = await deletePods(subject, how, PATIENCE)
      deletions.push(done)
      assert.is(done.amiss, undefined)
      assert.is(done.keys, KEYS)
      assert.equal(notKept(done.report, done.mayBeLost), [], how.name)
    }
  for (const { how, whole, observer, written = 0 } of deletions.filter(({ side }) => side === 'chart')) {
    assert.ok(whole <= LIMIT + observer, `${how}: ${whole} s, ${observer} s of it the observer's own`)
    assert.ok(written <= WRITTEN, `${how}: written to after ${written} s`)
  }
})

function figures(deletions: Deletion[]): Figure[] {
  const row = (
    what: string,
    count: (deletion: Deletion) => number | undefined,
    most?: Figure['most'],
  ): Figure => {
    const by = (side: Side) =>
      deletions
        .filter((one) => one.side === side && one.how !== ONE.name)
        .flatMap((one) => count(one) ?? [])
        .filter(Number.isFinite)
    return {
      what: OF + what,
      recipe: by('recipe'),
      chart: by('chart'),
      never: `not in ${PATIENCE / 1000} s`,
      ...(most && { most }),
    }
  }
  return [
    row(ALL_OK, ({ ok }) => ok, { each: OK_TO_REACH }),
    row('a client has written to every shard after the last start, s', ({ written }) => written, {
      each: WRITTEN_TO_REACH,
    }),
    row('seen to be whole after the last start, s', ({ whole }) => whole),
    row('of that the observer’s own time at most, s', ({ observer }) => observer),
    row('acknowledged writes lost', ({ report }) => countLost(report), { each: 0 }),
  ]
}

function phases(deletions: Deletion[], how: string): string {
  const by = (side: Side) => deletions.filter((one) => one.side === side && one.how === how)
  return phaseTable(`${how}, s since the command`, {
    recipe: by('recipe').map(({ phases }) => phases),
    chart: by('chart').map(({ phases }) => phases),
  })
}

test.run()
