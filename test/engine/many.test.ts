// depends on: protocol
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys } from '../shared/loopback/cluster.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import { size, toItsEnd, upgrade } from '../shared/loopback/upgrade.ts'
import { randomly } from '../shared/plan/random.ts'

const test = suite('a cluster of thirty nodes', { timeout: 240_000 })

const upTo = (count: number) => Array.from({ length: count }, (_, ordinal) => ordinal)

test.proves({
  topic: 'Size and cost',
  promise: 'A cluster of thirty nodes is made, grows and heals like one of six',
  bound: 'all keys are there',
})
test('is created, grows by a shard, and is whole again after some of its pods were killed', async (_, scope) => {
  const release = await prepare(scope, { shards: 14 })
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))

  const grown = await upgrade(release, 28, 15, 1, { deadline: 90 })
  assert.match(grown, /done +30 nodes agree, 16384 slots covered, 15 replicas in sync/)
  assert.is(await countKeys(release, upTo(30)), keys)

  const next = randomly(process.pid)
  const victims = [...new Set(upTo(6).map(() => next(30)))]
  await release.kill(...victims)
  await release.start(...victims)
  await release.keep(...victims)
  const story = `pods ${victims} were killed`
  assert.match(
    await toItsEnd(release, 'reconcile.sh', { ...size(15, 1), DEADLINE_SECONDS: '60' }),
    /done/,
    story,
  )
  assert.is(await countKeys(release, upTo(30)), keys, story)
})

test.run()
