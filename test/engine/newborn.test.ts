// depends on: protocol
import * as assert from 'uvu/assert'
import { eventually, pause } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'
import { holdShort, SET_BACK, timeouts, untilOk, untilSetBack } from './outage.ts'

const test = suite('a new cluster that serves as soon as all agree', { timeout: 120_000 })

/** For how many milliseconds the engine lets a master wait that has been without a majority, as each has before it has slots. */
const ENGINES_DELAY = 5000
/** How many they may wait once slots are given out. */
const BOUND = 4000

test.proves({
  topic: 'Install and remove',
  promise: 'A new cluster takes writes as soon as all its nodes agree',
  bound: `${BOUND / 1000} s after its slots are given out; the engine alone waits ${ENGINES_DELAY / 1000} s more`,
})
test('a cluster that is created 1, 3 or 10 s after its servers’ start does not wait for the engine’s delay', async (_, scope) => {
  const late = await started(scope, '60000')
  for (const [seconds, timeout] of [
    [1, '1000'],
    [3, '5000'],
  ] as const) {
    const release = await started(scope, timeout)
    await pause(seconds * 1000)
    await assertCreated(release, timeout)
    await release.kill(...all(release))
  }
  await eventually('ten seconds to have passed', { deadline: 15_000, every: 200 }, async () => {
    const [, uptime] = /uptime_in_seconds:(\d+)/.exec(await late.ask(0, 'INFO', 'server')) ?? []
    return Number(uptime) >= 10 || undefined
  })
  const said = await assertCreated(late, '60000')
  assert.match(said, /step +let pod \d serve without the engine's delay: the cluster is ok/)
})

async function started(scope: Scope, timeout: string): Promise<Loopback> {
  const release = await prepare(scope, { replicas: 0, conf: `cluster-node-timeout ${timeout}\n` })
  await release.start(...all(release))
  return release
}

async function assertCreated(release: Loopback, timeout: string): Promise<string> {
  const job = await release.background('reconcile.sh')
  await eventually('all slots to have a master', { deadline: 20_000, every: 20 }, async () => {
    const infos = await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'CLUSTER', 'INFO')))
    return infos.some((info) => info.includes('cluster_slots_assigned:16384')) || undefined
  })
  const waited = await untilOk(release, all(release))
  assert.is(await job.ended, 0, job.output())
  const said = job.output()
  assert.ok(waited < BOUND, `${waited} ms; the Job said:\n${said}`)
  assert.equal(new Set(await timeouts(release)), new Set([timeout]))
  return said
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'No server keeps a short node timeout, whatever is killed while its delay is cut short',
  bound: `the release’s own within ${SET_BACK / 1000} s`,
})
test('the Job is killed while a timeout is short: a keeper sets the timeout back, and the next run goes on', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  const held = await holdShort(release)
  await release.start(...all(release))
  await release.keep(...all(release))
  await held.wait(...all(release))
  const job = await release.background('reconcile.sh')
  await held.short()
  await job.killAll()
  const left = (await timeouts(release)).indexOf('500')
  assert.ok(left >= 0, 'a server with a short timeout')
  await untilSetBack(release, '5000')
  assert.match(await release.log(left), /rejoin +cluster-node-timeout was left at 500: set back to 5000: OK/)
  await toItsEnd(release, 'reconcile.sh')
  await untilWhole(release)
})

test.run()
