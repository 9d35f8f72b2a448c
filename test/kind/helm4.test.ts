import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { install, release, uninstall, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { core } from '../kube/kubernetes.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite('by Helm 4, which applies on the server’s side', { timeout: 300_000 })

test.proves({
  topic: 'Mistakes are mended',
  promise: 'After kubectl scale the command of the documents brings all pods back, by Helm 4 too',
})
test('after kubectl scale an upgrade names the conflict, and with --force-conflicts the pods are back', async (_, scope) => {
  const of = release('valkey-cluster', await freshNamespace(scope, 'scaled'), { helm: 'helm4' })
  const values = await smallValues(of.flavour)
  const wait = ['--wait', '--timeout', '3m']
  const installed = await install(of, values, wait)
  assert.is(installed.code, 0, installed.stderr)

  await kubectl(of, 'scale', 'statefulset', of.fullname, '--replicas=5')
  const refused = await upgrade(of, values, wait)
  assert.is.not(refused.code, 0)
  assert.match(refused.stderr, /conflict.*kubectl.*\.spec\.replicas/s)

  const upgraded = await upgrade(of, values, ['--force-conflicts', ...wait])
  assert.is(upgraded.code, 0, upgraded.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  // The field is Helm's again.
  const again = await upgrade(of, values, wait)
  assert.is(again.code, 0, again.stderr)
})

test('a Job that still waits for its pods ends by itself once its release is uninstalled', async (_, scope) => {
  const of = release('redis-cluster', await freshNamespace(scope, 'unfit'), { helm: 'helm4' })
  const room = { requests: { memory: '900Gi' }, limits: { memory: '900Gi' } }
  const values = await smallValues(of.flavour, { resources: room })
  const installed = await install(of, values, ['--timeout', '20s'])
  assert.is.not(installed.code, 0)
  const job = async () => {
    const label = 'app.kubernetes.io/component=reconcile'
    const { items } = await core().listNamespacedPod({ namespace: of.namespace, labelSelector: label })
    return items[0]
  }
  const { metadata, status } = (await job()) ?? {}
  assert.is(status?.phase, 'Running')

  const removed = await uninstall(of)
  assert.is(removed.code, 0, removed.stderr)
  const name = metadata?.name ?? ''
  // A resolver may keep an address for half a minute.
  await eventually('the Job’s pod to end', { deadline: 90_000, every: 1000 }, async (see) => {
    const phase = (await job())?.status?.phase
    const log = await core().readNamespacedPodLog({ name, namespace: of.namespace })
    see(`${phase}: ${log}`)
    if (phase === 'Running') return undefined
    assert.is(phase, 'Failed')
    assert.match(log, 'the release that this run belongs to was uninstalled')
    return true
  })
})

test.run()
