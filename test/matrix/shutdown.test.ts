import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { type Context, sixNodes } from '../cluster/six-nodes.ts'
import { ROLLING_RESTART, restartUnnoticed } from '../cluster/unnoticed.ts'
import { ask } from '../kube/engine.ts'
import { execIn } from '../kube/exec.ts'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

// The newest Valkey is the one engine that hands over by itself when it is told to stop.
const test = suite<Context>('an engine that hands over by itself', {
  timeout: 300_000,
  setup: (scope) => sixNodes(scope, 'shutdown', {}, 'valkey-cluster'),
})

// Without a word from its master it would wait for a node timeout of five seconds first.
const TAKEN = 4

test.proves({
  topic: 'Loss and recovery',
  promise: 'A Valkey server that is told to stop past its pod’s own handover leaves its shard to the replica',
  bound: `the replica takes over within ${TAKEN} s`,
})
test('a server told to stop past its pod’s own handover leaves its shard to the replica at once', async ({
  of,
}) => {
  const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const [replica] = shard?.replicas ?? []
  assert.ok(shard && replica)
  const { namespace } = of
  const began = Date.now()
  await execIn({ namespace, pod: shard.master.pod, container: 'server' }, ['sh', '-c', 'kill 1'])
  await eventually('the replica to take over', { deadline: 20_000, every: 100 }, async (see) => {
    const said = await ask(namespace, replica.pod, 'ROLE')
    see(said)
    return said.startsWith('master') || undefined
  })
  const seconds = (Date.now() - began) / 1000
  assert.ok(seconds < TAKEN, `took ${seconds} s`)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
})

test.proves(ROLLING_RESTART)
test('its rolling restart loses no acknowledged write, shows no error and stops no shard for longer than half a second', async ({
  of,
}) => {
  await restartUnnoticed(of)
})

test.run()
