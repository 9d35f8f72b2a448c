import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole } from '../harness/cluster.ts'
import { must } from '../harness/command.ts'
import { eventually, pause } from '../harness/deadline.ts'
import { ask } from '../harness/engine.ts'
import { upgrade } from '../harness/helm.ts'
import { startLoad, writeAndRead } from '../harness/load.ts'
import { type Context, keysOf, kubectl, sixNodes, untilReplica } from '../harness/moving.ts'
import { suite } from '../harness/suite.ts'
import { smallValues } from '../harness/values.ts'
import type { Member, Shard } from '../harness/whole.ts'
import { errorsOf, gapBeyond, notKept } from '../load/judge.ts'
import { tagsIn } from '../load/slots.ts'

const test = suite<Context>('a master that is lost', {
  timeout: 240_000,
  setup: (scope) => sixNodes(scope, 'loss'),
})

const NODE_TIMEOUT = 5000

/** Kills the server's process from its Kubernetes node, as the kernel does when memory runs out. */
async function killServer({ of }: Context, { pod, place }: Member): Promise<void> {
  const uid = await kubectl(of, 'get', 'pod', pod, '--output', 'jsonpath={.metadata.uid}')
  const group = uid.replaceAll('-', '[-_]')
  await must('docker', [
    'exec',
    place,
    'sh',
    '-c',
    `for p in /proc/[0-9]*; do
       if grep -q '${group}' "$p/cgroup" && grep -q 'server$' "$p/comm"; then kill -9 "\${p#/proc/}" && found=yes; fi
     done 2>/dev/null
     [ -n "$found" ]`,
  ])
}

interface Loss {
  how: string
  strike: (context: Context, primary: Member) => Promise<unknown>
  gap: number
  graceful?: boolean
  /** Whether every acknowledged write must still be there: replication is asynchronous. */
  keeps: boolean
}

const losses: Loss[] = [
  {
    how: 'its pod deleted',
    strike: ({ of }, { pod }) => kubectl(of, 'delete', 'pod', pod),
    gap: 500,
    graceful: true,
    keeps: true,
  },
  // Three seconds, and two that an engine waits before a restarted master takes writes again.
  { how: 'its server killed', strike: killServer, gap: 5000, keeps: true },
  {
    how: 'its pod deleted by force',
    strike: ({ of }, { pod }) => kubectl(of, 'delete', 'pod', pod, '--force', '--grace-period=0'),
    gap: 2 * NODE_TIMEOUT,
    keeps: false,
  },
]

// First, because later the masters may all have moved to one of the two Kubernetes nodes.
test.proves({
  topic: 'Loss and recovery',
  promise: 'The shards of a Kubernetes node that falls silent are taken over',
  bound: `a replica takes writes within ${(2 * NODE_TIMEOUT) / 1000} s, two node timeouts`,
})
test('its Kubernetes node silent: its replica takes writes within two node timeouts', async ({
  of,
}, scope) => {
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  // With most masters gone at once nobody could agree on a failover.
  const alone = ({ primary }: Shard) =>
    shards.filter((other) => other.primary.place === primary.place).length === 1
  const shard = shards.find(alone)
  const replica = shard?.replicas[0]
  assert.ok(shard && replica, 'a master that is alone on its Kubernetes node, with a replica elsewhere')
  const [tag] = tagsIn(shard.slots, 1)
  const unpause = () => must('docker', ['unpause', shard.primary.place])
  scope.defer(() => unpause().catch(() => {}))
  const began = Date.now()
  await must('docker', ['pause', shard.primary.place])
  // Asked of the replica itself: a client without a timeout of its own waits for the silent master as long as TCP does.
  await eventually('the replica to take a write', { deadline: 30_000, every: 100 }, async (see) => {
    const answer = await ask(of.namespace, replica.pod, 'SET', `{${tag}}`, 'written')
    see(answer)
    return answer === 'OK' || undefined
  })
  const seconds = (Date.now() - began) / 1000
  assert.ok(seconds <= (2 * NODE_TIMEOUT) / 1000, `took ${seconds} s`)
  await unpause()
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
})

for (const { how, strike, gap, graceful, keeps } of losses) {
  test.proves({
    topic: 'Loss and recovery',
    promise: `A master that is lost is taken over or comes back: ${how}`,
    bound: `the shard takes writes again within ${gap / 1000} s${graceful ? ', no error at a client' : ''}${keeps ? ', no acknowledged write lost' : ''}`,
  })
  test(`${how}: the shard takes writes again within ${gap / 1000} s`, async (context) => {
    const { of } = context
    const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
    assert.ok(shard)
    const load = await startLoad(of)
    await strike(context, shard.primary)
    await pause(2 * gap + 5000)
    await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
    await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
    const report = await load.stop()
    assert.is(gapBeyond(gap, report), undefined)
    if (graceful) assert.equal(errorsOf(report), [])
    if (keeps) assert.equal(notKept(report), [])
  })
}

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
  const pod = shard?.primary.pod ?? ''
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
