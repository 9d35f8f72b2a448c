import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { countLost, errorsOf, lostOutside, notKept, worstGap, writesWithin } from '../cluster/load/judge.ts'
import { startLoad } from '../cluster/load/start.ts'
import { type Context, sixNodes } from '../cluster/six-nodes.ts'
import { split } from '../cluster/split.ts'
import { kubectl } from '../kube/kubectl.ts'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a cluster whose masters take writes only while a replica answers', {
  timeout: 400_000,
  setup: (scope) => sixNodes(scope, 'replicated', { cluster: { writes: 'replicated' } }),
})

// What the engine needs to miss a replica that answers once a second, and a moment for the last answers on their way.
const STOPS_IN = 2500

test.proves({
  topic: 'Loss and recovery',
  promise: 'With cluster.writes: replicated a master that is cut off stops within two seconds',
  bound: 'and loses no more than it took in them',
})
test('a master cut off for 30 s stops within two seconds, and loses no more than it took in them', async ({
  of,
}, scope) => {
  const { cutAt, healedAt, smaller, larger, confirmed } = await split(of, scope, {}, 30)
  const stopped = cutAt + STOPS_IN
  assert.is(writesWithin(smaller, { from: stopped, to: healedAt }), 0)
  assert.equal(lostOutside(smaller, { from: cutAt, to: stopped }), [])
  // An answer that was on its way arrives when the network is back.
  assert.ok(countLost(larger) <= 1)
  assert.equal(notKept(confirmed), [])
  console.log(`\n  lost: ${countLost(smaller)} on the smaller side, ${countLost(larger)} on the larger`)
})

test.proves({
  topic: 'Loss and recovery',
  promise:
    'With cluster.writes: replicated a rolling restart loses nothing, and clients are told NOREPLICAS meanwhile',
})
test('its price: in a rolling restart clients are told NOREPLICAS, and nothing is lost', async ({ of }) => {
  const load = await startLoad(of)
  await kubectl(of, 'rollout', 'restart', `statefulset/${of.fullname}`)
  await kubectl(of, 'rollout', 'status', `statefulset/${of.fullname}`, '--timeout=200s')
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  await pause(2000)
  const report = await load.stop()
  assert.equal(notKept(report), [])
  const others = errorsOf(report).filter((error) => !error.includes('NOREPLICAS'))
  assert.equal(others, [])
  assert.ok(errorsOf(report).length > 0, 'the price that the README names was not seen')
  console.log(`\n  worst gap: ${worstGap(report).milliseconds} ms`)
})

test.run()
