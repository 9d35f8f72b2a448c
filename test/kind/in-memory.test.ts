import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { type Context, keysOf, lastStart, sixNodes, untilReplica, whoIsThere } from '../cluster/six-nodes.ts'
import { kubectl } from '../kube/kubectl.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a cluster without volumes', {
  timeout: 240_000,
  setup: (scope) => sixNodes(scope, 'memory', { persistence: { enabled: false, appendonly: false } }),
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Without volumes, a master whose pod is lost comes back as a replica, and all keys are there',
})
test('a master’s pod that is lost comes back as a replica, and all keys are there', async ({ of }) => {
  await writeAndRead(of, 1000)
  const keys = await keysOf(of)
  const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const pod = shard?.master.pod ?? ''
  await kubectl(of, 'delete', 'pod', pod, '--force', '--grace-period=0')
  await untilReplica(of, pod)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  assert.is(await keysOf(of), keys)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Without volumes, after the loss of all pods the cluster is made anew by itself, and empty',
})
test('all pods lost at once: whole again, and empty, by itself', async ({ of }) => {
  const before = await whoIsThere(of)
  await kubectl(
    of,
    'delete',
    'pods',
    '--selector',
    'app.kubernetes.io/component=server',
    '--force',
    '--grace-period=0',
  )
  await lastStart(of, before)
  await waitUntilWhole(of, { nodes: 6, deadline: 90_000 })
  assert.is(await keysOf(of), 0)
  const { wrong } = await writeAndRead(of, 1000)
  assert.is(wrong, 0)
})

test.run()
