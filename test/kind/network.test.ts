import * as assert from 'uvu/assert'
import { nodesKnown, serverPods, waitUntilWhole } from '../cluster/cluster.ts'
import { attack, reaches, startIntruder } from '../cluster/intruder.ts'
import { type Context, sixNodes } from '../cluster/six-nodes.ts'
import { type Release, rollback, testRelease, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { networking } from '../kube/kubernetes.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('who is no server of the release, and no client of it', {
  timeout: 400_000,
  setup: (scope) => sixNodes(scope, 'network'),
})

/** The address of a release's first pod, and the ids that its nodes know. */
async function lookAt(of: Release) {
  const pods = await serverPods(of)
  const known = await Promise.all(pods.map(({ metadata }) => nodesKnown(of, metadata?.name ?? '')))
  const ids = new Set(known.flat().map((line) => line.split(' ')[0] ?? ''))
  return { address: pods[0]?.status?.podIP ?? '', ids }
}

async function change(of: Release, networkPolicy: Values): Promise<void> {
  const upgraded = await upgrade(of, await smallValues(of.flavour, { networkPolicy }))
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
}

test.proves({
  topic: 'Security',
  promise: 'A server that is not the release’s does not reach its bus, from whichever namespace',
  bound: 'every node knows the same nodes as before',
})
test('a foreign server claims slots, from another namespace and from the same one: no node hears of it', async ({
  of,
}, scope) => {
  const { address, ids } = await lookAt(of)
  for (const namespace of [await freshNamespace(scope, 'elsewhere'), of.namespace]) {
    await attack(await startIntruder(of, namespace), address)
    assert.equal((await lookAt(of)).ids, ids)
  }
  const tested = await testRelease(of)
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
})

test.proves({
  topic: 'Security',
  promise: 'Clients reach the servers from where the values say, and from nowhere else',
})
test('clients of another namespace and without the label are kept out, those with the label and of a named one are let in', async ({
  of,
}, scope) => {
  const { address } = await lookAt(of)
  const namespace = await freshNamespace(scope, 'clients')
  const label = { [`${of.fullname}-client`]: 'true' }
  const [other, plain, labelled] = [
    await startIntruder(of, namespace),
    await startIntruder(of, of.namespace),
    await startIntruder(of, of.namespace, label),
  ]
  const letIn = async () => Promise.all([other, plain, labelled].map((from) => reaches(from, address)))
  assert.equal(await letIn(), [false, true, true])
  await change(of, { clients: 'labelled' })
  assert.equal(await letIn(), [false, false, true])
  const from = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }]
  await change(of, { clients: 'listed', from })
  assert.equal(await letIn(), [true, false, false])
})

test.proves({
  topic: 'Security',
  promise: 'A namespace that denies all traffic by default needs no rule for the release',
})
test('where everything is denied by default, upgrade, rollback and helm test pass', async ({ of }) => {
  await networking().createNamespacedNetworkPolicy({
    namespace: of.namespace,
    body: { metadata: { name: 'deny' }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
  })
  await change(of, { clients: 'listed' })
  const back = await rollback(of)
  assert.is(back.code, 0, back.stdout + back.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const tested = await testRelease(of)
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
})

test('without policies helm test says that anybody can take the cluster over, and an intruder does', async ({
  of,
}, scope) => {
  await change(of, { enabled: false })
  await kubectl(of, 'delete', 'networkpolicy', 'deny')
  const { address, ids } = await lookAt(of)
  const id = await attack(await startIntruder(of, await freshNamespace(scope, 'elsewhere')), address)
  const after = await lookAt(of)
  assert.not.ok(ids.has(id))
  assert.ok(after.ids.has(id), 'the attack is one that this test would notice')
})

test.run()
