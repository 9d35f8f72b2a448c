import * as assert from 'uvu/assert'
import type { Shard } from '../../generator/cluster/whole.ts'
import { serverPods, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { tagsIn } from '../cluster/load/slots.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { type Context, keysOf, lastStart, sixNodes, untilReplica, whoIsThere } from '../cluster/six-nodes.ts'
import { ask, runScript, serverIn } from '../kube/engine.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { smallValues } from '../kube/values.ts'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a cluster without volumes', {
  timeout: 240_000,
  setup: (scope) => sixNodes(scope, 'memory', inMemory),
})

// Kubernetes would evict a pod whose files take more than that.
const DISK = 64
const inMemory = { persistence: { enabled: false, size: `${DISK}Mi` } }

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

/** Waits for all pods, and upgrades, which forgets the nodes that pods without volumes were before. Returns the shards. */
async function upgraded(of: Release): Promise<Shard[]> {
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  const { code, stdout, stderr } = await upgrade(of, await smallValues(of.flavour, inMemory))
  assert.is(code, 0, stdout + stderr)
  return waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
}

/** The kibibytes of a pod's files. */
const filesOf = async ({ namespace }: Release, pod: string) =>
  Number((await runScript(serverIn(namespace, pod), 'du -sk /data')).split('\t')[0])

test.proves({
  topic: 'Loss and recovery',
  promise: 'Without volumes no pod is evicted for its data, which no server writes to its disk',
})
test('data that has no room on the disk is nowhere but in memory, after a full copy too', async ({ of }) => {
  const [shard] = await upgraded(of)
  assert.ok(shard)
  const replica = shard.replicas[0]?.pod ?? ''
  const pods = [shard.master.pod, replica]
  const [tag] = tagsIn(shard.slots, 1)
  // One at a time, so that the replica keeps pace: what waits for it takes memory too.
  const fill = `for i in $(seq ${1.5 * DISK}); do "$cli" EVAL "$1" 1 "{${tag}}$i" || exit; done`
  const set = "return redis.call('SET', KEYS[1], string.rep('x', 1024 * 1024))"
  await runScript(serverIn(of.namespace, shard.master.pod), fill, [set], 60_000)
  await kubectl(of, 'delete', 'pod', replica, '--force', '--grace-period=0')
  await untilReplica(of, replica)
  const [held, copied] = await Promise.all(pods.map((pod) => ask(of.namespace, pod, 'DBSIZE')))
  assert.is(copied, held)
  for (const pod of pods) {
    const files = await filesOf(of, pod)
    assert.ok(files < 256, `${files} KiB of files in ${pod}`)
  }
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Without volumes, shards that lost all their pods come back empty, by themselves',
  bound: 'all keys that a pod still holds are there',
})
test('both pods of a shard lost: its slots are given out anew, no pod of it is ready before, and an upgrade goes through', async ({
  of,
}) => {
  const [shard, ...others] = await upgraded(of)
  assert.ok(shard)
  const sizes = others.map(({ master }) => ask(of.namespace, master.pod, 'DBSIZE'))
  const kept = (await Promise.all(sizes)).reduce((sum, size) => sum + Number(size), 0)
  assert.ok(kept > 0)
  const lost = [shard.master, ...shard.replicas].map(({ pod }) => pod)
  await kubectl(of, 'delete', 'pod', ...lost, '--force', '--grace-period=0')
  await eventually(
    'a pod of the shard to be ready',
    { deadline: 90_000, every: 200 },
    async () =>
      (await serverPods(of)).some(
        ({ metadata, status }) =>
          lost.includes(metadata?.name ?? '') &&
          status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') &&
          !metadata?.deletionTimestamp,
      ) || undefined,
  )
  assert.match(
    await ask(of.namespace, others[0]?.master.pod ?? '', 'CLUSTER', 'INFO'),
    /cluster_slots_ok:16384/,
  )
  await upgraded(of)
  assert.is(await keysOf(of), kept)
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
