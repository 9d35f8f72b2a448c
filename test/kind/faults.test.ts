import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole, whenWhole } from '../cluster/cluster.ts'
import { freeze } from '../cluster/frozen.ts'
import {
  beforeKill,
  countLost,
  gapBeyond,
  lostOutside,
  notKept,
  writesWithin,
} from '../cluster/load/judge.ts'
import { CONNECT_TIMEOUT, startLoad } from '../cluster/load/start.ts'
import { serverProcess, signalServer } from '../cluster/processes-in-nodes.ts'
import { type Context, lastStart, sixNodes, whoIsThere } from '../cluster/six-nodes.ts'
import { NODE_TIMEOUT, split, stopsWithin } from '../cluster/split.ts'
import { ROLLING_RESTART, restartUnnoticed } from '../cluster/unnoticed.ts'
import { kubectl } from '../kube/kubectl.ts'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('one release that lives through faults', {
  timeout: 300_000,
  setup: (scope) => sixNodes(scope, 'faults'),
})

// Three seconds, and two that an engine waits before a restarted master takes writes again.
const BACK = 5000
// A client tries to connect to each of the six addresses that are gone.
const CLIENT = 6 * CONNECT_TIMEOUT

test.proves(ROLLING_RESTART)
test('a rolling restart loses no acknowledged write, shows no error and stops no shard for longer than half a second', async ({
  of,
}) => {
  await restartUnnoticed(of)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master whose server is killed comes back',
  bound: `its shard takes writes again within ${BACK / 1000} s, and no acknowledged write is lost but what it took while it synced its file`,
})
test('a master’s server killed: its shard takes writes again within 5 s, and no acknowledged write is lost but what it took while it synced its file', async ({
  of,
}) => {
  const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  assert.ok(shard)
  const load = await startLoad(of)
  const server = await serverProcess(of, shard.master)
  const from = Date.now()
  await signalServer(server, 'KILL')
  const killed = { from, to: Date.now() }
  await pause(15_000)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const report = await load.stop()
  assert.is(gapBeyond(BACK, report), undefined)
  assert.equal(notKept(report, beforeKill(killed)), [])
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A part of the cluster that is cut off takes no more writes, and the other part goes on',
  bound: `it stops within ${stopsWithin({}) / 1000} s, a replica takes over within ${(2 * NODE_TIMEOUT) / 1000} s, once; with WAIT 1 no acknowledged write is lost`,
})
test('a Kubernetes node with one of the masters cut off for 30 s: that side stops within one and a half node timeouts, and one failover is all', async ({
  of,
}, scope) => {
  const { cutAt, isCutAt, stopsAt, healedAt, ownTakeovers, otherTakeovers, ...reports } = await split(
    of,
    scope,
    {},
    30,
  )
  assert.ok(writesWithin(reports.smaller, { from: isCutAt, to: isCutAt + 2000 }) > 0)
  assert.is(writesWithin(reports.smaller, { from: stopsAt, to: healedAt }), 0)
  assert.is(ownTakeovers.length, 1)
  assert.equal(otherTakeovers, [[], []])
  const [{ at } = { at: 0 }] = ownTakeovers
  assert.ok(at - isCutAt <= 2 * NODE_TIMEOUT, `a replica took over after ${at - isCutAt} ms`)
  assert.equal(lostOutside(reports.smaller, { from: cutAt, to: stopsAt }), [])
  // An answer that was on its way arrives when the network is back.
  assert.ok(countLost(reports.larger) <= 1)
  assert.equal(notKept(reports.confirmed), [])
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master that stands still is replaced, and says little when it wakes up',
  bound: `a replica takes over within ${(2 * NODE_TIMEOUT) / 1000} s; writes are lost of its first second alone, and none with WAIT 1`,
})
test('a master frozen for 20 s: its replica takes over, and the master that wakes up answers as such for no longer than a second', async ({
  of,
}, scope) => {
  const { frozenAt, wakingAt, wokenAt, took, otherTakeovers, first, plain, confirmed } = await freeze(
    of,
    scope,
    20,
  )
  assert.equal(otherTakeovers, [[], []])
  assert.is(took.length, 1)
  const [{ at } = { at: 0 }] = took
  assert.ok(at - frozenAt <= 2 * NODE_TIMEOUT, `a replica took over after ${at - frozenAt} ms`)
  assert.equal(lostOutside(plain, { from: wakingAt, to: wokenAt + 1000 }), [])
  for (const answer of first) assert.match(answer, /^(OK|MOVED)/)
  assert.equal(notKept(confirmed), [])
})

test.proves({
  topic: 'Loss and recovery',
  promise:
    'All pods deleted at once come back as the cluster they were, and clients come back by the Service’s name',
  bound: `whole 5 s after the last container started, and no acknowledged write lost; clients write again within ${CLIENT / 1000} s`,
})
test('all pods deleted at once come back as the cluster they were, with all its keys; so do the clients', async ({
  of,
}) => {
  for (const force of [[], ['--force', '--grace-period=0']]) {
    const load = await startLoad(of)
    const before = await whoIsThere(of)
    const servers = ['--selector', 'app.kubernetes.io/component=server', '--wait=false']
    await kubectl(of, 'delete', 'pods', ...servers, ...force)
    const started = await lastStart(of, before)
    const wholeAt = await whenWhole(of, { nodes: 6, deadline: 60_000 })
    const seconds = (wholeAt - started) / 1000
    // Kubernetes tells the start in whole seconds, and the observer looks through six pods, one look after the other.
    assert.ok(seconds <= 5 + 2, `whole ${seconds.toFixed(1)} s after the last container started`)
    await load.untilWriting(wholeAt + CLIENT - Date.now())
    console.log(`clients write again ${((Date.now() - wholeAt) / 1000).toFixed(1)} s after that`)
    assert.equal(notKept(await load.stop()), [])
  }
})

test.run()
