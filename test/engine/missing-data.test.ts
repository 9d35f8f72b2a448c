// depends on: formats
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

const test = suite('a master that would start with less than its replica has', { timeout: 60_000 })

/** The ordinal of the replica of a master. */
async function replicaOf(release: Loopback, master: number): Promise<number> {
  for (const ordinal of all(release)) {
    const [role, host] = (await release.ask(ordinal, 'ROLE')).split('\n')
    if (role === 'slave' && host === release.address(master)) return ordinal
  }
  throw new Error(`pod ${master} has no replica`)
}

/** Where the engine keeps what it appends: a folder, before Redis 7.0 a file. */
async function moveAppended(from: string, to: string): Promise<void> {
  for (const name of ['appendonlydir', 'appendonly.aof'])
    await rename(join(from, name), join(to, name)).catch(() => {})
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master with less than its replica has does not take that replica’s data away',
  bound: 'all keys are there',
})
test('does not start empty while its replica cannot take over, and what its log says to do brings all keys back', async (_, scope) => {
  const release = await prepare(scope, { conf: 'cluster-node-timeout 2000\n' })
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  const master = 0
  const replica = await replicaOf(release, master)
  // A pod that has lost its volume too is no witness of a failover: it knows of no owner at all.
  const kept = join(release.folder, 'kept')
  await release.kill(replica)
  await rename(release.data(replica), kept)
  await release.start(replica)
  await release.kill(master)
  await moveAppended(release.data(master), release.folder)
  const start = () => release.start(master).then(() => 'started', String)
  assert.match(await start(), /did not start/)
  assert.match(
    await release.log(master),
    /refuse +the append-only file of this master is gone.*CLUSTER FAILOVER FORCE/,
  )

  await release.kill(replica)
  await rm(release.data(replica), { recursive: true })
  await rename(kept, release.data(replica))
  await release.start(replica)
  await eventually('the replica to take over, as told', { deadline: 15_000, every: 500 }, async (see) => {
    see(await release.ask(replica, 'CLUSTER', 'FAILOVER', 'FORCE'))
    return (await release.ask(replica, 'ROLE')).startsWith('master') || undefined
  })
  assert.is(await start(), 'started')
  await release.keep(master, replica)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master with less than its replica has does not take that replica’s data away',
  bound: 'all keys are there',
})
test('with no more than a snapshot lets its replica go first', async (_, scope) => {
  const release = await prepare(scope, { conf: 'appendonly no\nsave 3600 100000\n' })
  await createWithKeys(release, all(release))
  await release.ask(0, 'SAVE')
  const [own = ''] = (await release.ask(0, 'KEYS', 'key:*')).split('\n')
  assert.is(await release.ask(0, 'SET', own, 'newer'), 'OK')
  const replica = await replicaOf(release, 0)
  await release.kill(0)
  await release.start(0)
  await release.keep(0)
  assert.match(
    await release.log(0),
    /no more than its last snapshot: waiting.*\n.*its slots have another owner now/,
  )
  await untilWhole(release)
  assert.is(await release.ask(replica, 'GET', own), 'newer')
})

test.run()
