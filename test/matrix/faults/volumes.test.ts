import * as assert from 'uvu/assert'
import type { Shard } from '../../../generator/cluster/whole.ts'
import { waitUntilReady, waitUntilWhole } from '../../cluster/cluster.ts'
import { countLost, errorsOf, lostOutside, notKept } from '../../cluster/load/judge.ts'
import { startLoad } from '../../cluster/load/start.ts'
import { untilReplica } from '../../cluster/six-nodes.ts'
import { takeovers } from '../../cluster/takeovers.ts'
import { ask } from '../../kube/engine.ts'
import { install, type Release, release } from '../../kube/helm.ts'
import { kubectl } from '../../kube/kubectl.ts'
import { type LoopVolume, loopVolume } from '../../kube/loop-volume.ts'
import { freshNamespace } from '../../kube/namespace.ts'
import { smallValues } from '../../kube/values.ts'
import { workers } from '../../kube/workers.ts'
import { eventually, pause } from '../../runner/deadline.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'

interface Context {
  of: Release
  volume: LoopVolume
}

const test = suite<Context>('a master’s volume that fails', {
  timeout: 300_000,
  setup: async (scope: Scope) => {
    const of = release('redis-cluster', await freshNamespace(scope, 'volume'))
    const [node = ''] = await workers()
    const claim = { namespace: of.namespace, name: `data-${of.fullname}-0` }
    const volume = await loopVolume(scope, node, claim)
    const installed = await install(of, await smallValues(of.flavour))
    if (installed.code !== 0) throw new Error(installed.stderr)
    await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
    return { of, volume }
  },
})

const NODE_TIMEOUT = 5000

/** Makes pod 0, which has the volume, its shard's master; returns its shard first. */
async function ruledByPod0(of: Release): Promise<[Shard, ...Shard[]]> {
  const pod = `${of.fullname}-0`
  if (!(await ask(of.namespace, pod, 'ROLE')).startsWith('master'))
    await ask(of.namespace, pod, 'CLUSTER', 'FAILOVER')
  return eventually('pod 0 to be a master', { deadline: 30_000 }, async () => {
    const shards = await waitUntilWhole(of, { nodes: 6, deadline: 10_000 })
    const own = shards.find(({ master }) => master.pod === pod)
    return own && [own, ...shards.filter((shard) => shard !== own)]
  })
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master whose volume stalls is replaced',
  bound: `a replica takes over within ${(2 * NODE_TIMEOUT) / 1000} s; writes are lost of its first second afterwards alone, and none with WAIT 1`,
})
test('stalls for 30 s: its replica takes over, and nothing is lost but what the master answers in its first second afterwards', async ({
  of,
  volume,
}) => {
  const [own, ...others] = await ruledByPod0(of)
  const [plain, confirmed] = await Promise.all([startLoad(of), startLoad(of, { mode: 'wait' })])
  const stalledAt = Date.now()
  const end = await volume.stall()
  await pause(30_000)
  const endingAt = Date.now()
  await end()
  const endedAt = Date.now()
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const took = (await takeovers(of, [own], stalledAt)).flat()
  const [report, sure] = await Promise.all([plain.stop(), confirmed.stop()])
  const seconds = ((took[0]?.at ?? 0) - stalledAt) / 1000
  console.log(`took over after ${seconds} s, ${countLost(report)} writes lost`)
  assert.is(took.length, 1)
  assert.ok(seconds <= (2 * NODE_TIMEOUT) / 1000, `took over after ${seconds} s`)
  assert.equal(await takeovers(of, others, stalledAt), [[], []])
  assert.equal(lostOutside(report, { from: endingAt, to: endedAt + 1000 }), [])
  assert.equal(notKept(sure), [])
})

test.proves({
  topic: 'Loss and recovery',
  promise:
    'A volume that turns read-only costs its own shard’s writes alone, and no acknowledged write is lost',
})
test('turns read-only: its shard refuses writes, the keeper says so, the others go on; a new volume mends it, and nothing is lost', async ({
  of,
  volume,
}) => {
  const [own] = await ruledByPod0(of)
  const { pod } = own.master
  const load = await startLoad(of)
  await volume.turnReadOnly()
  await eventually('the keeper to tell', { deadline: 60_000 }, async (see) => {
    const log = await kubectl(of, 'logs', pod, '--container', 'keeper', '--tail=20')
    see(log)
    return log.includes('cannot save to its volume') || undefined
  })
  await kubectl(of, 'delete', 'persistentvolumeclaim', `data-${pod}`, '--wait=false')
  await kubectl(of, 'delete', 'pod', pod)
  await untilReplica(of, pod)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  const report = await load.stop()
  const failed = report.lanes.filter(({ failures }) => failures > 0)
  console.log(errorsOf(report).slice(0, 3).join('\n'))
  assert.is(failed.length, 1)
  assert.match(errorsOf(report)[0] ?? '', /MISCONF/)
  assert.equal(notKept(report), [])
})

test.run()
