// depends on: nothing
import { Cluster } from 'ioredis'
import * as assert from 'uvu/assert'
import { type LaneReport, startLane } from '../cluster/load/lane.ts'
import { type Mode, storeOf } from '../cluster/load/store.ts'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { createWithKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

interface Context {
  release: Loopback
  client: Cluster
}

const PASSWORD = 'secret'

const test = suite<Context>('the meter of lost writes, on a real cluster', {
  timeout: 60_000,
  async setup(scope) {
    const release = await prepare(scope, { password: PASSWORD })
    await createWithKeys(release, all(release))
    await untilWhole(release)
    const client = new Cluster([{ host: release.address(0), port: 6379 }], {
      redisOptions: { password: PASSWORD },
    })
    scope.defer(() => client.disconnect())
    return { release, client }
  },
})

/** Writes to one list of a slot while `work` is done, and returns what became of it. */
async function during(
  client: Cluster,
  key: string,
  mode: Mode,
  work: () => Promise<unknown>,
): Promise<LaneReport> {
  let stop = false
  const began = performance.now()
  const lane = startLane(storeOf(client, mode), {
    name: key,
    keys: [key],
    rest: 1,
    now: () => Math.round(performance.now() - began),
    stopped: () => stop,
    begun: () => {},
  })
  await pause(300)
  await work()
  await pause(300)
  stop = true
  await lane.written
  return lane.verify()
}

/** The ordinals of the master that a key, which is there, belongs to, and of its replica. */
async function shardOf(release: Loopback, key: string): Promise<[number, number]> {
  const slot = await release.ask(0, 'CLUSTER', 'KEYSLOT', key)
  for (const ordinal of all(release)) {
    const [role, , ...replicas] = (await release.ask(ordinal, 'ROLE')).split('\n')
    const owns = (await release.ask(ordinal, 'CLUSTER', 'GETKEYSINSLOT', slot, '1')) !== ''
    const replica = all(release).find((one) => replicas.includes(release.address(one)))
    if (role === 'master' && owns && replica !== undefined) return [ordinal, replica]
  }
  throw new Error(`no shard for ${key}`)
}

for (const mode of ['plain', 'wait'] as const)
  test(`${mode}: a handover in mid-load loses nothing, and what is cut off a list is found`, async ({
    release,
    client,
  }) => {
    const key = `handover-${mode}`
    const quiet = await during(client, key, mode, async () => {
      const [, replica] = await shardOf(release, `${key}:0`)
      await release.ask(replica, 'CLUSTER', 'FAILOVER')
      await eventually('the replica to take over', { deadline: 20_000, every: 50 }, async () =>
        (await release.ask(replica, 'ROLE')).startsWith('master') ? true : undefined,
      )
      await untilWhole(release)
    })
    assert.equal([quiet.lost, quiet.errors, quiet.twice, quiet.unreadable], [[], [], 0, []])
    assert.ok(quiet.writes > 100, `${quiet.writes}`)

    const lossy = await during(client, `cut-${mode}`, mode, async () => {
      await eventually('twenty values to be there', { deadline: 10_000, every: 50 }, async () =>
        (await client.llen(`cut-${mode}:0`)) >= 20 ? true : undefined,
      )
      await client.ltrim(`cut-${mode}:0`, 7, -1)
    })
    assert.is(
      lossy.lost.reduce((sum, { count }) => sum + count, 0),
      7,
    )
  })

test('wait: what no replica confirmed is not taken for acknowledged', async ({ release, client }) => {
  await client.rpush('unconfirmed', 'x')
  const [, replica] = await shardOf(release, 'unconfirmed')
  const report = await during(client, '{unconfirmed}', 'wait', async () => {
    await release.kill(replica)
    await pause(2500)
  })
  assert.ok(report.writes > 10 && report.unconfirmed > 0, `${report.writes} and ${report.unconfirmed}`)
  assert.equal([report.lost, report.unreadable], [[], []])
})

test.run()
