import * as assert from 'uvu/assert'
import { countLost, lostOutside, notKept, silenceWithin, writesWithin } from '../../cluster/load/judge.ts'
import { type Context, sixNodes } from '../../cluster/six-nodes.ts'
import { NODE_TIMEOUT, type Split, split, stopsWithin } from '../../cluster/split.ts'
import { suite } from '../../runner/suite.ts'

const test = suite<Context>('a part of a network that fails for 30 s', {
  timeout: 300_000,
  setup: (scope) => sixNodes(scope, 'split'),
})

const SECONDS = 30

/** What holds whenever nodes cannot hear each other: one failover, and nothing lost that was not written meanwhile. */
function assertOneFailover(seen: Split): void {
  tell(seen)
  const { cutAt, isCutAt, stopsAt, ownTakeovers, otherTakeovers, smaller, confirmed } = seen
  assert.is(ownTakeovers.length, 1)
  assert.equal(otherTakeovers, [[], []])
  assert.equal(lostOutside(smaller, { from: cutAt, to: stopsAt }), [])
  assert.equal(notKept(confirmed), [])
  const after = (ownTakeovers[0]?.at ?? 0) - isCutAt
  assert.ok(after <= 2 * NODE_TIMEOUT, `a replica took over after ${after} ms`)
}

function tell({
  isCutAt,
  ownTakeovers: [first],
  smaller,
  larger,
}: Pick<Split, 'isCutAt' | 'ownTakeovers' | 'smaller' | 'larger'>): void {
  const lost = [smaller, larger].map((report) => {
    const ends = report.lanes.flatMap((lane) => lane.lost.map(({ to }) => report.began + to - isCutAt))
    return `${countLost(report)} lost until ${Math.max(0, ...ends) / 1000} s`
  })
  console.log(`took over after ${((first?.at ?? isCutAt) - isCutAt) / 1000} s; ${lost.join('; ')}`)
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A network that fails in one direction costs one failover',
  bound: `the smaller side stops within ${stopsWithin({ oneWay: true }) / 1000} s`,
})
test('nothing leaves the smaller side: it stops within two node timeouts, and its shard fails over once', async ({
  of,
}, scope) => {
  const seen = await split(of, scope, { oneWay: true }, SECONDS)
  assertOneFailover(seen)
  assert.is(writesWithin(seen.smaller, { from: seen.stopsAt, to: seen.healedAt }), 0)
  // An answer that was on its way arrives when the network is back.
  assert.ok(countLost(seen.larger) <= 1)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A bus that fails costs one failover, and clients come to the new master',
})
test('the bus alone: clients on either side come to the new master, and only the old master’s last writes are lost', async ({
  of,
}, scope) => {
  const seen = await split(of, scope, { port: 16379 }, SECONDS)
  assertOneFailover(seen)
  // Its replica went on getting all writes until it took over.
  const [{ at } = { at: 0 }] = seen.ownTakeovers
  for (const report of [seen.smaller, seen.larger]) {
    assert.equal(lostOutside(report, { from: at - 1000, to: seen.stopsAt }), [])
    assert.ok(writesWithin(report, { from: seen.stopsAt + 3000, to: seen.healedAt }) > 0)
  }
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A client port that fails between nodes costs no failover and no acknowledged write',
})
test('the client port alone: nobody fails over, and no acknowledged write is lost', async ({ of }, scope) => {
  const seen = await split(of, scope, { port: 6379 }, SECONDS)
  tell(seen)
  assert.equal([seen.ownTakeovers, ...seen.otherTakeovers], [[], [], []])
  for (const report of [seen.smaller, seen.larger, seen.confirmed]) assert.equal(notKept(report), [])
  // Meanwhile clients reach the masters on their own side, and those alone.
  const meanwhile = { from: seen.cutAt + 1000, to: seen.healedAt }
  for (const report of [seen.smaller, seen.larger]) {
    assert.ok(writesWithin(report, meanwhile) > 0)
    assert.ok(silenceWithin(report, meanwhile) > (SECONDS - 5) * 1000)
  }
})

test.run()
