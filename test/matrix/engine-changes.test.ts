import * as assert from 'uvu/assert'
import { cannotBeRead, changeEngine, refuseEngine } from '../cluster/engine-changes.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { keysOf } from '../cluster/six-nodes.ts'
import { UNNOTICED } from '../cluster/unnoticed.ts'
import { runScript } from '../kube/engine.ts'
import { install, type Release, release, testRelease } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite('another image under a cluster that works', { timeout: 900_000 })

const [REDIS, VALKEY] = ['redis-cluster', 'valkey-cluster']

/** By flavour: the image it begins with, and those that follow. */
const ways: [flavour: string, from: string, ...to: string[]][] = [
  [REDIS, 'oldest', 'previous'],
  [REDIS, 'previous', 'previous-alpine', 'previous'],
  [VALKEY, 'oldest', 'previous', 'oldest'],
]

for (const [flavour, from, ...ages] of ways) {
  test.proves({
    topic: 'Another version of the engine',
    promise: 'Another image comes while clients work, up and down where the format is the same',
    bound: UNNOTICED,
  })
  test(`${flavour}: ${[from, ...ages].join(' to ')} loses nothing, and clients notice nothing`, async (_, scope) => {
    const of = await installed(flavour, from, scope)
    const keys = await keysOf(of)
    for (const age of ages) await changeEngine(of, { flavour, age })
    assert.ok((await keysOf(of)) >= keys)
  })
}

/** A key of every type: how it is written, and how it is read. */
const types: [write: string, read: string][] = [
  ['SET string value', 'GET string'],
  ['SETBIT bits 7 1', 'BITCOUNT bits'],
  ['RPUSH list a b c', 'LRANGE list 0 -1'],
  ['HSET hash field value', 'HGETALL hash'],
  ['SADD set member', 'SMEMBERS set'],
  ['SADD numbers 1 2 3', 'SMEMBERS numbers'],
  ['ZADD sorted 1 a 2 b', 'ZRANGE sorted 0 -1 WITHSCORES'],
  ['GEOADD places 13.4 52.5 Berlin', 'GEOHASH places Berlin'],
  ['PFADD loglog a b c', 'PFCOUNT loglog'],
  ['XADD stream 1-1 field value', 'XRANGE stream - +'],
  ['XGROUP CREATE stream group 0', 'XINFO GROUPS stream'],
  ['SET expiring value PXAT 4102444800000', 'PEXPIRETIME expiring'],
]

test.proves({
  topic: 'Another version of the engine',
  promise: 'Redis up to 7.2 becomes Valkey under the same names, with keys of every type',
  bound: UNNOTICED,
})
test('Redis 7.0 to Valkey, by the other chart under the same names: keys of every type are as they were', async (_, scope) => {
  const of = await installed(REDIS, 'previous', scope)
  const run = (commands: string[]) =>
    runScript(
      { namespace: of.namespace, pod: `${of.fullname}-0`, container: 'server' },
      commands.map((command) => `"$cli" -c ${command}`).join('\n'),
    )
  await run(types.map(([write]) => write))
  const before = await run(types.map(([, read]) => read))
  await changeEngine(of, { flavour: VALKEY, age: 'previous', values: { nameOverride: REDIS } })
  assert.is(await run(types.map(([, read]) => read)), before)
  const tested = await testRelease(of)
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
})

test.proves({
  topic: 'Another version of the engine',
  promise: 'A newer version of the engine comes while clients work, and what cannot read the data is refused',
  bound: UNNOTICED,
})
test('Valkey: a newer format comes without clients noticing, and there is no way back', async (_, scope) => {
  const of = await installed(VALKEY, 'previous', scope)
  await changeEngine(of, { flavour: VALKEY, age: 'current' })
  const reason = await cannotBeRead(VALKEY, 'current', 'previous')
  await refuseEngine(of, { flavour: VALKEY, age: 'previous' }, reason)
})

async function installed(
  ...[flavour, age, scope]: [string, string, Parameters<typeof freshNamespace>[0]]
): Promise<Release> {
  const of = release(flavour, await freshNamespace(scope, 'change'))
  const { code, stderr } = await install(of, await smallValues(flavour, {}, age))
  assert.is(code, 0, stderr)
  await writeAndRead(of, 1000)
  return of
}

test.run()
