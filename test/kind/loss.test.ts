import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { gapBeyond, lostOutside, notKept } from '../cluster/load/judge.ts'
import { CONNECT_TIMEOUT, startLoad, writeAndRead } from '../cluster/load/start.ts'
import { loneMaster } from '../cluster/lone-master.ts'
import { type Context, keysOf, sixNodes, untilReplica } from '../cluster/six-nodes.ts'
import { untilWritten } from '../cluster/written.ts'
import { serverIn } from '../kube/engine.ts'
import { upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { smallValues } from '../kube/values.ts'
import { must } from '../runner/command.ts'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a master that is lost', {
  timeout: 240_000,
  setup: (scope) => sixNodes(scope, 'loss'),
})

const NODE_TIMEOUT = 5000

test.proves({
  topic: 'Loss and recovery',
  promise: 'The shards of a Kubernetes node that falls silent are taken over',
  bound: `a replica takes writes within ${(2 * NODE_TIMEOUT) / 1000} s, two node timeouts`,
})
test('its Kubernetes node silent: its replica takes writes within two node timeouts', async ({
  of,
}, scope) => {
  const { master, replica, slots } = await loneMaster(of)
  const unpause = () => must('docker', ['unpause', master.place])
  scope.defer(() => unpause().catch(() => {}))
  const began = Date.now()
  await must('docker', ['pause', master.place])
  const writtenAt = await untilWritten([serverIn(of.namespace, replica.pod)], slots, 30_000)
  const seconds = (writtenAt - began) / 1000
  assert.ok(seconds <= (2 * NODE_TIMEOUT) / 1000, `took ${seconds} s`)
  await unpause()
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master whose pod is deleted by force is taken over or comes back',
  bound: `the shard takes writes again within ${(2 * NODE_TIMEOUT) / 1000} s; with WAIT 1 no acknowledged write is lost`,
})
test('its pod deleted by force: the shard takes writes again within two node timeouts', async ({ of }) => {
  const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const [load, confirmed] = await Promise.all([startLoad(of), startLoad(of, { mode: 'wait' })])
  assert.ok(shard)
  const deletedAt = Date.now()
  await kubectl(of, 'delete', 'pod', shard.master.pod, '--force', '--grace-period=0')
  const servers = [shard.master, ...shard.replicas].map(({ pod }) => serverIn(of.namespace, pod))
  await untilWritten(servers, shard.slots, 2 * NODE_TIMEOUT)
  await pause(3 * NODE_TIMEOUT)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const report = await load.stop()
  assert.is(gapBeyond(2 * NODE_TIMEOUT + CONNECT_TIMEOUT, report), undefined)
  assert.equal(lostOutside(report, { from: deletedAt - 1000, to: deletedAt + NODE_TIMEOUT }), [])
  assert.equal(notKept(await confirmed.stop()), [])
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master that loses its pod and its volume joins again by itself, and its shard keeps all keys',
})
test('its pod and its volume deleted: it joins again by itself, and the next upgrade forgets what it was', async ({
  of,
}) => {
  await writeAndRead(of, 1000)
  const keys = await keysOf(of)
  const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const pod = shard?.master.pod ?? ''
  await kubectl(of, 'delete', 'persistentvolumeclaim', `data-${pod}`, '--wait=false')
  await kubectl(of, 'delete', 'pod', pod, '--force', '--grace-period=0')
  await untilReplica(of, pod)
  await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
  const upgraded = await upgrade(of, await smallValues(of.flavour))
  assert.is(upgraded.code, 0, upgraded.stderr)
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  assert.equal(
    shards.map(({ replicas }) => replicas.length),
    [1, 1, 1],
  )
  assert.is(await keysOf(of), keys)
})

test.run()
