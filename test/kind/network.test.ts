import * as assert from 'uvu/assert'
import { nodesKnown, serverPods, waitUntilWhole } from '../cluster/cluster.ts'
import { attack, denyByDefault, reaches, startIntruder } from '../cluster/intruder.ts'
import { installSix } from '../cluster/six-nodes.ts'
import { ask } from '../kube/engine.ts'
import type { Place } from '../kube/exec.ts'
import { type Release, release, rollback, testRelease, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { eventually, pause } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'

/** A release where all is denied by default, and pods that are none of its: elsewhere, and beside it with and without the label. */
interface Context {
  of: Release
  elsewhere: Place
  beside: Place
  labelled: Place
}

const test = suite<Context>('who is no server of the release, and no client of it', {
  timeout: 200_000,
  setup: besieged,
})

const [CLIENTS, BUS] = [6379, 16379]

// Twice as long as the servers take to believe an intruder whom they hear.
const HEARD = 6_000

async function besieged(scope: Scope): Promise<Context> {
  const of = release('redis-cluster', await freshNamespace(scope, 'network'))
  const { flavour, fullname, namespace } = of
  await denyByDefault(namespace)
  const other = await freshNamespace(scope, 'elsewhere')
  const label = { [`${fullname}-client`]: 'true' }
  const [elsewhere, beside, labelled] = await Promise.all([
    startIntruder(flavour, { namespace: other, pod: 'elsewhere' }),
    startIntruder(flavour, { namespace, pod: 'beside' }),
    startIntruder(flavour, { namespace, pod: 'labelled' }, label),
    installSix(of),
  ])
  return { of, elsewhere, beside, labelled }
}

/** The address of a release's first pod, and the ids that its nodes know. */
async function lookAt(of: Release) {
  const pods = await serverPods(of)
  const known = await Promise.all(pods.map(({ metadata }) => nodesKnown(of, metadata?.name ?? '')))
  const ids = new Set(known.flat().map((line) => line.split(' ')[0]))
  return { address: pods[0]?.status?.podIP ?? '', ids }
}

async function change(of: Release, networkPolicy: Values, args: string[] = []): Promise<void> {
  const upgraded = await upgrade(of, await smallValues(of.flavour, { networkPolicy }), args)
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
}

test.proves({
  topic: 'Security',
  promise: 'A server that is not the release’s does not reach its bus, from whichever namespace',
  bound: 'every node knows the same nodes as before',
})
test('foreign servers claim slots, from another namespace and from the same one: no node hears of them', async ({
  of,
  elsewhere,
  beside,
}) => {
  const { address, ids } = await lookAt(of)
  const intruders = [elsewhere, beside]
  await Promise.all(intruders.map((intruder) => attack(intruder, address)))
  const heard = pause(HEARD)
  // The policy for what leaves the servers keeps an intruder out as well, so the way in is tried by itself.
  const reached = await Promise.all(intruders.map((from) => reaches(from, address, BUS)))
  assert.equal(reached, [false, false])
  await heard
  assert.equal((await lookAt(of)).ids, ids)
})

test.proves({
  topic: 'Security',
  promise: 'Clients reach the servers from where the values say, and from nowhere else',
})
test('clients of another namespace and without the label are kept out, those with the label and of a named one are let in', async ({
  of,
  elsewhere,
  beside,
  labelled,
}) => {
  const { address } = await lookAt(of)
  const letIn = () =>
    Promise.all([elsewhere, beside, labelled].map((from) => reaches(from, address, CLIENTS)))
  assert.equal(await letIn(), [false, true, true])
  const named = { matchLabels: { 'kubernetes.io/metadata.name': elsewhere.namespace } }
  await change(of, { clients: 'labelled', from: [{ namespaceSelector: named }] })
  assert.equal(await letIn(), [true, false, true])
})

test.proves({
  topic: 'Security',
  promise: 'A namespace that denies all traffic by default needs no rule for the release',
})
test('where everything was denied before the install, a rollback after an upgrade passes, and so does helm test', async ({
  of,
}) => {
  const back = await rollback(of)
  assert.is(back.code, 0, back.stdout + back.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const tested = await testRelease(of)
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
  assert.match(tested.stdout + tested.stderr, /pass .*keeps pods that are no servers from port 16379/)
})

test('without policies the same attack succeeds, so these tests would notice', async ({ of, elsewhere }) => {
  await kubectl(of, 'delete', 'networkpolicy', 'deny')
  await change(of, { enabled: false }, ['--no-hooks'])
  const { address, ids } = await lookAt(of)
  const id = await attack(elsewhere, address)
  assert.not.ok(ids.has(id))
  assert.ok(await reaches(elsewhere, address, BUS))
  await eventually('a server to give the slots to the intruder', { deadline: HEARD }, async (see) => {
    const nodes = await ask(of.namespace, `${of.fullname}-0`, 'CLUSTER', 'NODES')
    see(nodes)
    return new RegExp(`^${id} .* 0-5460$`, 'm').test(nodes) || undefined
  })
})

test.run()
