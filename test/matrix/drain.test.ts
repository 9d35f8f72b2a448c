import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { startLoad } from '../cluster/load/start.ts'
import { sixNodes } from '../cluster/six-nodes.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { smallValues } from '../kube/values.ts'
import { drain, uncordonAfter, workers } from '../kube/workers.ts'
import { suite } from '../runner/suite.ts'

const test = suite('a Kubernetes node that is drained', { timeout: 400_000 })

const podsOn = async (of: Release, node: string) =>
  (await serverPods(of)).filter(({ spec }) => spec?.nodeName === node).length

test.proves({
  topic: 'Planned work under load',
  promise: 'A Kubernetes node is drained without clients noticing',
  bound: UNNOTICED,
})
test('without volumes: its pods go one by one to the other nodes, and clients notice nothing', async (_, scope) => {
  const values = { persistence: { enabled: false, appendonly: false } }
  const { of } = await sixNodes(scope, 'drain', values)
  const [node = ''] = await workers()
  uncordonAfter(scope, node)
  const load = await startLoad(of)
  const drained = await drain(of, node, 240)
  assert.is(drained.code, 0, drained.stderr)
  assert.is(await podsOn(of, node), 0)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  assertUnnoticed(await load.stop())
  // Each pod came back as a new node, and an upgrade forgets what it was.
  const upgraded = await upgrade(of, await smallValues(of.flavour, values))
  assert.is(upgraded.code, 0, upgraded.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
})

test.proves({
  topic: 'Planned work under load',
  promise: 'A Kubernetes node whose volumes cannot move loses one pod at a time to a drain',
  bound: UNNOTICED,
})
test('with volumes that stay on it: one pod goes and waits, the others stay, and nothing is lost', async (_, scope) => {
  const { of } = await sixNodes(scope, 'bound')
  const [node = ''] = await workers()
  uncordonAfter(scope, node)
  const load = await startLoad(of)
  const drained = await drain(of, node, 60)
  assert.is.not(drained.code, 0)
  assert.match(drained.stderr, /disruption budget/)
  const phases = (await serverPods(of)).map(({ status }) => status?.phase).sort()
  assert.equal(phases, ['Pending', ...Array(5).fill('Running')])
  await kubectl(of, 'uncordon', node)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  assertUnnoticed(await load.stop())
})

test.run()
