import { spawn } from 'node:child_process'
import { loadAll } from 'js-yaml'
import * as assert from 'uvu/assert'
import { nodesKnown, serverPods, waitUntilWhole } from '../cluster/cluster.ts'
import { helm, install, type Release, release, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { batch, core } from '../kube/kubernetes.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'

interface Context {
  of: Release
}

const flavour = 'redis-cluster'

const test = suite<Context>('a creation that is cut short, and what comes after', {
  timeout: 240_000,
  setup: async (scope: Scope) => ({ of: release(flavour, await freshNamespace(scope, 'cut')) }),
})

/** Deletes the reconcile Job's pod, with no time to tidy up, as soon as it has changed something; returns its log. */
async function cutShort(of: Release): Promise<string> {
  const labelSelector = 'app.kubernetes.io/component=reconcile'
  const pod = await eventually('the reconcile pod to run', { deadline: 120_000, every: 100 }, async (see) => {
    const { items } = await core().listNamespacedPod({ namespace: of.namespace, labelSelector })
    see(items.map(({ status }) => status?.phase).join())
    return items.find(({ status }) => status?.phase === 'Running')?.metadata?.name
  })
  const follow = spawn('kubectl', ['--namespace', of.namespace, 'logs', '--follow', pod])
  let log = ''
  await new Promise<void>((resolve) => {
    follow.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (/ step /.test(log)) resolve()
    })
    follow.once('close', () => resolve())
  })
  follow.kill()
  await kubectl(of, 'delete', 'pod', pod, '--force', '--grace-period=0')
  return log
}

/** All that must stay as it is when nothing changes: the pods, the set they are of, the topology, who owns what. */
async function state(of: Release): Promise<unknown> {
  const pods = await serverPods(of)
  const [set, topology] = await Promise.all([
    kubectl(
      of,
      'get',
      'statefulset',
      of.fullname,
      '--output',
      'jsonpath={.metadata.generation} {.spec.replicas}',
    ),
    kubectl(of, 'get', 'configmap', `${of.fullname}-topology`, '--output', 'jsonpath={.data}'),
  ])
  const nodes = await nodesKnown(of, `${of.fullname}-0`)
  const lasting = nodes.map((line) =>
    line
      .split(' ')
      .filter((_, i) => i !== 4 && i !== 5)
      .join(' '),
  )
  return { pods: pods.map(({ metadata }) => metadata?.uid), set, topology, nodes: lasting.sort() }
}

test.proves({
  topic: 'Install and remove',
  promise: 'A creation that is killed half-way goes on where it stopped',
})
test('its pod deleted in mid-creation, the Job goes on and the cluster becomes whole', async ({ of }) => {
  const installing = install(of, await smallValues(flavour))
  const log = await cutShort(of)
  assert.match(log, / step /)
  assert.not.match(log, / done /)
  const installed = await installing
  assert.is(installed.code, 0, installed.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
})

test.proves({
  topic: 'Install and remove',
  promise: 'An upgrade that changes nothing restarts no pod and moves no slot',
})
test('the Job run again on the live cluster changes nothing', async ({ of }) => {
  const before = await state(of)
  const hooks = await helm(of, ['get', 'hooks', of.name])
  const job = (
    loadAll(hooks.stdout) as { metadata: { name: string; annotations?: Record<string, string> } }[]
  ).find(({ metadata }) => metadata.name === `${of.fullname}-reconcile`)
  assert.ok(job)
  Object.assign(job.metadata, { name: 'again', annotations: {} })
  await batch().createNamespacedJob({ namespace: of.namespace, body: job })
  await kubectl(of, 'wait', 'job/again', '--for=condition=complete', '--timeout=60s')
  const log = await kubectl(of, 'logs', 'job/again')
  assert.match(log, / done +6 nodes agree/)
  assert.not.match(log, / step /)
  assert.equal(await state(of), before)
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'Fewer shards than the engine can do with are refused by name',
})
test('fewer shards than the engine can do with are refused by name, and nothing changes', async ({ of }) => {
  const before = await state(of)
  const refused = await upgrade(of, await smallValues(flavour, { cluster: { shards: 2 } }))
  assert.is.not(refused.code, 0)
  assert.match(refused.stdout + refused.stderr, /at '\/cluster\/shards': minimum: got 2, want 3/)
  assert.equal(await state(of), before)
})

test.proves({
  topic: 'Another version of the engine',
  promise: 'A version that cannot read the data is refused by name, before any pod changes',
})
test('a version that could not read the data is refused by name, and nothing changes', async ({ of }) => {
  const before = await state(of)
  const refused = await upgrade(of, await smallValues(flavour, {}, 'previous'))
  assert.is.not(refused.code, 0)
  assert.match(
    refused.stdout + refused.stderr,
    /image changes the servers from \w+ \S+ to \w+ \S+: the data that \S+ wrote cannot be read/,
  )
  assert.equal(await state(of), before)
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'After a refusal the release can be upgraded as before',
})
test('after a refusal the release can be upgraded as before', async ({ of }) => {
  const before = await state(of)
  const upgraded = await upgrade(of, await smallValues(flavour))
  assert.is(upgraded.code, 0, upgraded.stderr)
  assert.equal(await state(of), before)
})

test.run()
