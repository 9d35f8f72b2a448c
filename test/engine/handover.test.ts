// depends on: protocol
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { aShard, countKeys, createWithKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { layouts } from '../shared/loopback/toolbox.ts'
import { freeze } from './frozen.ts'

const test = suite('handover', { timeout: 60_000 })

const roleOf = async (release: Loopback, ordinal: number) =>
  (await release.ask(ordinal, 'ROLE')).split('\n')[0]

const LEAVING = 13

/** Lets a pod leave, and returns how long it took, in seconds. */
async function leave(release: Loopback, ordinal: number, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const { code, stderr, seconds } = await release.script('handover.sh', [], { ORDINAL: `${ordinal}`, ...env })
  assert.is(code, 0, stderr)
  return seconds
}

for (const layout of layouts) {
  test.proves({
    topic: 'Planned work under load',
    promise: 'A master leaves as the replica of its own replica',
    bound: `within ${LEAVING} s`,
  })
  test(`${layout}: a master leaves as a replica of its own replica, again and again`, async (_, scope) => {
    const release = await prepare(scope, { layout })
    await createWithKeys(release, all(release))
    for (let turn = 0; turn < (layout === 'debian' ? 3 : 1); turn++) {
      const [master, replica] = await aShard(release)
      // The chart's own, half of which is longer than voters refuse to replace the same master again.
      const seconds = await leave(release, master, { GRACE_SECONDS: '60' })
      assert.is(await roleOf(release, master), 'slave')
      assert.is(await roleOf(release, replica), 'master')
      assert.ok(seconds < LEAVING, `took ${seconds} s`)
      // The process ends and comes back, as every pod's does that hands over: an engine that has won an election lately and
      // lives on takes its old votes for a new victory.
      await release.kill(master)
      await release.place(master, 100 + turn)
      await release.start(master)
      await release.keep(master)
      await untilWhole(release)
    }
    await untilWhole(release)
  })
}

test('a master that a Job has replaced meanwhile leaves without asking for another failover', async (_, scope) => {
  const release = await prepare(scope, { replicas: 2 })
  await createWithKeys(release, all(release))
  const [master, heir, other = -1] = await aShard(release)
  // Nobody hands over to a pod that says it is leaving.
  await release.ask(other, 'CONFIG', 'SET', 'cluster-replica-no-failover', 'yes')
  const leaving = leave(release, master, { GRACE_SECONDS: '60' })
  await pause(1500)
  await release.ask(other, 'CONFIG', 'SET', 'cluster-replica-no-failover', 'no')
  assert.is(await release.ask(other, 'CLUSTER', 'FAILOVER'), 'OK')
  await leaving
  await pause(500)
  const roles = await Promise.all([master, heir, other].map((ordinal) => roleOf(release, ordinal)))
  assert.equal(roles, ['slave', 'slave', 'master'])
})

test('a replica leaves at once', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [, replica] = await aShard(release)
  assert.ok((await leave(release, replica)) < 5)
})

test('a master leaves at once where its only replica is leaving too', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master, replica] = await aShard(release)
  await leave(release, replica)
  assert.ok((await leave(release, master)) < 5)
  assert.is(await roleOf(release, master), 'master')
  assert.match(await release.log(master), /no replica stays that could take over/)
})

test('a master leaves at once where its only replica left a moment before: all pods are leaving', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master, replica] = await aShard(release)
  await leave(release, replica)
  await release.kill(replica)
  assert.ok((await leave(release, master)) < 5)
  assert.match(await release.log(master), /no replica stays that could take over/)
})

test('without volumes it waits even then for the replica that comes back, and gives it all data', async (_, scope) => {
  const release = await prepare(scope)
  await writeFile(join(release.folder, 'topology', 'persistence'), 'false')
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  const [master, replica] = await aShard(release)
  await leave(release, replica)
  await release.kill(replica)
  const leaving = leave(release, master)
  await release.start(replica)
  await release.keep(replica)
  await leaving
  assert.is(await roleOf(release, master), 'slave')
  assert.is(await countKeys(release, all(release)), keys)
})

test('a master without replicas leaves at once', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await createWithKeys(release, all(release))
  assert.ok((await leave(release, 1)) < 5)
})

test('a master leaves at once where the release is going', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master] = await aShard(release)
  for (const ordinal of all(release)) await release.place(ordinal, undefined)
  assert.ok((await leave(release, master)) < 5)
  assert.match(await release.log(master), /the release is going/)
})

test('a master whose server is silent for a while does not take that for having no replica', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master] = await aShard(release)
  const wake = await freeze(release, scope, master)
  const leaving = release.script('handover.sh', [], { ORDINAL: `${master}`, ASK_SECONDS: '1' })
  await pause(6000)
  wake()
  assert.is((await leaving).code, 0)
  assert.not.match(await release.log(master), /no replica stays/)
  assert.is(await roleOf(release, master), 'slave')
})

test('a master whose server hangs leaves after some seconds', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master] = await aShard(release)
  await freeze(release, scope, master)
  const seconds = await leave(release, master, { ASK_SECONDS: '1', GRACE_SECONDS: '60' })
  assert.match(await release.log(master), /the server has not answered for 15s/)
  assert.ok(seconds < 25, `left after ${seconds} s`)
})

test('a master whose replica is away stays for as long as it may', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [master, replica] = await aShard(release)
  await release.kill(replica)
  // A grace period of 30 s, less what the server itself takes; the others count the replica as failed after some 6 s.
  const seconds = await leave(release, master)
  assert.ok(seconds > 14, `left after ${seconds} s`)
  assert.match(await release.log(master), /waiting for a replica to be in sync/)
})

test.run()
