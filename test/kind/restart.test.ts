import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../harness/cluster.ts'
import { writeAndRead } from '../harness/load.ts'
import { type Context, keysOf, kubectl, lastStart, sixNodes, whoIsThere } from '../harness/moving.ts'
import { suite } from '../harness/suite.ts'
import { ROLLING_RESTART, restartUnnoticed } from '../harness/unnoticed.ts'

const test = suite<Context>('pods that move', {
  timeout: 300_000,
  setup: (scope) => sixNodes(scope, 'move'),
})

test.proves(ROLLING_RESTART)
test('a rolling restart loses no acknowledged write, shows no error and stops no shard for longer than half a second', async ({
  of,
}) => {
  await restartUnnoticed(of)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'All pods deleted at once come back as the cluster they were, with all keys',
})
test('all pods deleted at once come back as the cluster they were, with all its keys', async ({ of }) => {
  await writeAndRead(of, 1000)
  const keys = await keysOf(of)
  for (const force of [[], ['--force', '--grace-period=0']]) {
    const before = await whoIsThere(of)
    await kubectl(
      of,
      'delete',
      'pods',
      '--selector',
      'app.kubernetes.io/component=server',
      '--wait=false',
      ...force,
    )
    const started = await lastStart(of, before)
    await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
    const seconds = (Date.now() - started) / 1000
    // The observer itself looks no more often than every quarter of a second, through six pods.
    assert.ok(seconds <= 5 + 2, `whole ${seconds.toFixed(1)} s after the last container started`)
    assert.is(await keysOf(of), keys)
  }
})

test.run()
