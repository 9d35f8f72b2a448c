// depends on: protocol
import { rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

interface Context {
  release: Loopback
  keys: number
}

const test = suite<Context>('a pod whose Secret holds another password than its peers’', {
  timeout: 60_000,
  async setup(scope) {
    const release = await prepare(scope)
    await createWithKeys(release, all(release))
    return { release, keys: await countKeys(release, all(release)) }
  },
})

const advice = /the other pods do not take this pod's password: .*Set it back to theirs/

const isReady = async (release: Loopback, ordinal: number) =>
  (await release.script('probe.sh', ['readiness'], { ORDINAL: `${ordinal}` })).code === 0

test.proves({
  topic: 'Loss and recovery',
  promise: 'A pod whose Secret holds another password takes no data away and joins nothing',
  bound: 'all keys are there',
})
test('a master of the cluster does not start with it, so that its replica serves the shard', async ({
  release,
  keys,
}) => {
  await release.kill(0)
  await release.relock(0, 'another')
  assert.match(await release.start(0).then(() => 'started', String), /did not start/)
  assert.match(await release.log(0), advice)
  const others = all(release).slice(1)
  await eventually('the others to serve all keys', { deadline: 20_000 }, async (see) => {
    const served = await countKeys(release, others)
    see(`${served} keys`)
    return served === keys || undefined
  })

  await release.relock(0)
  await release.start(0)
  await release.keep(0)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A pod whose Secret holds another password takes no data away and joins nothing',
  bound: 'all keys are there',
})
test('a pod without data joins nothing, is never ready, and says so', async ({ release, keys }) => {
  await release.kill(0)
  await rm(release.data(0), { recursive: true })
  await release.relock(0, 'another')
  await release.start(0)
  await release.keep(0)
  await untilLogged(release, 0, advice)
  assert.is(await isReady(release, 0), false)
  assert.match(await release.ask(0, 'CLUSTER', 'INFO'), /cluster_known_nodes:1\r?\n/)
  const others = all(release).slice(1)
  for (const ordinal of others) assert.ok(await isReady(release, ordinal), `pod ${ordinal}`)
  assert.is(await countKeys(release, others), keys)

  await release.kill(0)
  await release.relock(0)
  await release.start(0)
  await release.keep(0)
  await untilLogged(release, 0, /becomes a replica of \S+: OK/, 30_000)
  assert.is((await release.script('reconcile.sh')).code, 0)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test('a Secret that changes under a server that runs takes nobody from its clients', async ({ release }) => {
  for (const password of ['another', undefined]) {
    await release.relock(3, password)
    for (const probe of ['liveness', 'readiness']) {
      const { code } = await release.script('probe.sh', [probe], { ORDINAL: '3' })
      assert.is(code, 0, `${probe} with ${password ?? 'its own password'}`)
    }
  }
})

test.run()
