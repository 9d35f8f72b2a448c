import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../harness/cluster.ts'
import { must } from '../harness/command.ts'
import { eventually } from '../harness/deadline.ts'
import { ask } from '../harness/engine.ts'
import { install, type Release, release } from '../harness/helm.ts'
import { startLoad, writeAndRead } from '../harness/load.ts'
import { freshNamespace } from '../harness/namespace.ts'
import type { Scope } from '../harness/scope.ts'
import { suite } from '../harness/suite.ts'
import { smallValues } from '../harness/values.ts'
import { errorsOf, gapBeyond, lostOf } from '../load/judge.ts'

interface Context {
  of: Release
}

const flavour = 'redis-cluster'

const test = suite<Context>('pods that move', {
  timeout: 300_000,
  setup: async (scope: Scope) => {
    const of = release(flavour, await freshNamespace(scope, 'move'))
    const installed = await install(of, await smallValues(flavour))
    if (installed.code !== 0) throw new Error(installed.stderr)
    await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
    return { of }
  },
})

const kubectl = (of: Release, ...args: string[]) =>
  must('kubectl', ['--namespace', of.namespace, ...args], { deadline: 240_000 })

test('a rolling restart loses no acknowledged write, shows no error and stops no shard for longer than half a second', async ({
  of,
}) => {
  const load = await startLoad(of)
  await kubectl(of, 'rollout', 'restart', `statefulset/${of.fullname}`)
  await kubectl(of, 'rollout', 'status', `statefulset/${of.fullname}`, '--timeout=200s')
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const report = await load.stop()
  assert.equal(errorsOf(report), [])
  assert.equal(lostOf(report), [])
  assert.is(gapBeyond(500, report), undefined)
})

test('all pods deleted at once come back as the cluster they were, with all its keys', async ({ of }) => {
  await writeAndRead(of, 1000)
  const keys = await keysOf(of)
  for (const force of [[], ['--force', '--grace-period=0']]) {
    await kubectl(
      of,
      'delete',
      'pods',
      '--selector',
      'app.kubernetes.io/component=server',
      '--wait=false',
      ...force,
    )
    const started = await lastStart(of)
    await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
    const seconds = (Date.now() - started) / 1000
    // The observer itself looks no more often than every quarter of a second, through six pods.
    assert.ok(seconds <= 5 + 2, `whole ${seconds.toFixed(1)} s after the last container started`)
    assert.is(await keysOf(of), keys)
  }
})

/** Waits until new pods run in the place of all, and returns when the last server's container started. */
function lastStart(of: Release): Promise<number> {
  const asked = Date.now()
  return eventually('all pods to be there anew', { deadline: 120_000 }, async (see) => {
    const pods = await serverPods(of)
    const starts = pods.map(({ metadata, status }) => {
      const server = status?.containerStatuses?.find(({ name }) => name === 'server')
      const at = server?.state?.running?.startedAt
      return !metadata?.deletionTimestamp && at ? new Date(at).getTime() : 0
    })
    see(starts.join())
    // The API tells whole seconds.
    return starts.length === 6 && Math.min(...starts) > asked - 1000 ? Math.max(...starts) : undefined
  })
}

async function keysOf(of: Release): Promise<number> {
  let keys = 0
  for (const { metadata } of await serverPods(of)) {
    const pod = metadata?.name ?? ''
    if ((await ask(of.namespace, pod, 'ROLE')).startsWith('master'))
      keys += Number(await ask(of.namespace, pod, 'DBSIZE'))
  }
  return keys
}

test.run()
