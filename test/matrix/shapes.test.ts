import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { sharing } from '../cluster/sizes.ts'
import { install, release, testRelease, uninstall } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite('clusters of other shapes', { timeout: 300_000 })

interface Shape {
  values: Values
  shards: number
  replicas: number
  name?: string
}

const shapes: Record<string, Shape> = {
  'masters alone': { values: { cluster: { replicasPerShard: 0 } }, shards: 3, replicas: 0 },
  'no password': { values: { auth: { enabled: false } }, shards: 3, replicas: 1 },
  'the longest name': { values: {}, shards: 3, replicas: 1, name: `the-longest-name-${'x'.repeat(36)}` },
}

for (const [name, { values, shards, replicas, name: releaseName = 'r' }] of Object.entries(shapes)) {
  test.proves({
    topic: 'Install and remove',
    promise: 'Clusters without replicas, without a password and with the longest name work alike',
  })
  test(`a cluster with ${name} is whole, and clients can use it`, async (_, scope) => {
    const of = release('redis-cluster', await freshNamespace(scope, 'shape'), { name: releaseName })
    const installed = await install(of, await smallValues('redis-cluster', values))
    assert.is(installed.code, 0, installed.stderr)
    const whole = await waitUntilWhole(of, { nodes: shards * (1 + replicas), deadline: 30_000 })
    assert.equal(
      whole.map((shard) => shard.replicas.length),
      Array(shards).fill(replicas),
    )
    assert.equal(sharing(whole), [])
    const { wrong, read } = await writeAndRead(of)
    assert.equal({ wrong, read }, { wrong: 0, read: 10_000 })
    const tested = await testRelease(of)
    assert.is(tested.code, 0, tested.stdout + tested.stderr)
  })
}

test.proves({
  topic: 'Install and remove',
  promise: 'Two releases in one namespace are two clusters',
})
test('two releases in one namespace are two clusters', async (_, scope) => {
  const namespace = await freshNamespace(scope, 'pair')
  const pair = ['one', 'two'].map((name) => release('redis-cluster', namespace, { name }))
  const values = await smallValues('redis-cluster', { cluster: { replicasPerShard: 0 } })
  for (const installed of await Promise.all(pair.map((of) => install(of, values))))
    assert.is(installed.code, 0, installed.stderr)
  const ids = new Set<string>()
  for (const of of pair)
    for (const { master } of await waitUntilWhole(of, { nodes: 3, deadline: 30_000 })) ids.add(master.id)
  assert.is(ids.size, 6)

  const [one, two] = pair as [(typeof pair)[0] & object, (typeof pair)[0] & object]
  assert.is((await uninstall(one, ['--wait'])).code, 0)
  await waitUntilWhole(two, { nodes: 3, deadline: 30_000 })
})

test.run()
