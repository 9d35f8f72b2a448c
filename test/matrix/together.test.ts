import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { startLoad, writeAndRead } from '../cluster/load/start.ts'
import { type Context, keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { upgrade } from '../kube/helm.ts'
import { smallValues } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('shards, replicas and what restarts every pod, changed at once', {
  timeout: 700_000,
  setup: (scope) => sixNodes(scope, 'together'),
})

const changes: [name: string, shards: number, replicas: number][] = [
  ['3 shards of 2 become 4 of 3', 4, 2],
  ['and 3 of 2 again', 3, 1],
]

for (const [name, shards, replicasPerShard] of changes) {
  test.proves({
    topic: 'Scaling',
    promise: 'Shards, replicas and the pods’ template change in one upgrade while clients work',
    bound: UNNOTICED,
  })
  test(`${name}: clients notice nothing, and nothing is lost`, async ({ of }) => {
    await writeAndRead(of, 10_000)
    const keys = await keysOf(of)
    const load = await startLoad(of)
    const values = await smallValues(of.flavour, {
      cluster: { shards, replicasPerShard },
      pod: { annotations: { 'for-size': `${shards}x${replicasPerShard}` } },
    })
    const upgraded = await upgrade(of, values, ['--timeout', '10m'])
    assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
    const nodes = shards * (1 + replicasPerShard)
    const whole = await waitUntilWhole(of, { nodes, deadline: 30_000 })
    assert.equal(
      whole.map(({ replicas }) => replicas.length),
      Array(shards).fill(replicasPerShard),
    )
    assertUnnoticed(await load.stop())
    assert.ok((await keysOf(of)) >= keys)
  })
}

test.run()
