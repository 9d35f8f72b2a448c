import * as assert from 'uvu/assert'
import { serverPods } from '../cluster/cluster.ts'
import { startLoad } from '../cluster/load/start.ts'
import { type Context, sixNodes, whoIsThere } from '../cluster/six-nodes.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { ask } from '../kube/engine.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('users of a release', {
  timeout: 300_000,
  setup: (scope) => sixNodes(scope, 'users'),
})

/** Upgrades to these users, while the kubelet is told again and again to look at the pods' volumes: by itself it looks once a minute. */
async function changeTo(of: Release, ...users: Values[]): Promise<void> {
  let over = false
  const upgraded = upgrade(of, await smallValues(of.flavour, { auth: { users } })).finally(() => {
    over = true
  })
  for (let n = 0; !over; n++) {
    await kubectl(
      of,
      'annotate',
      'pods',
      '--selector',
      `app.kubernetes.io/instance=${of.name},app.kubernetes.io/component=server`,
      `look=${n}`,
      '--overwrite',
    )
    await pause(1000)
  }
  const { code, stdout, stderr } = await upgraded
  assert.is(code, 0, stdout + stderr)
}

/** What every server says of a user; a server of 7.0 tells the commands in an order of its own. */
async function rulesOf(of: Release, user: string): Promise<string[]> {
  const pods = (await serverPods(of)).map(({ metadata }) => metadata?.name ?? '')
  const lists = await Promise.all(pods.map((pod) => ask(of.namespace, pod, 'ACL', 'LIST')))
  return lists.map((list) => {
    const line = list.split('\n').find((one) => one.startsWith(`user ${user} `)) ?? ''
    return line.split(' ').sort().join(' ')
  })
}

/** The one answer that all six give. */
function alike(said: string[]): string {
  assert.is(said.length, 6)
  assert.is(new Set(said).size, 1, said.join('\n'))
  return said[0] ?? ''
}

test.proves({
  topic: 'Security',
  promise: 'Users are added, changed and removed on running servers, and nobody else is cut off',
  bound: UNNOTICED,
})
test('come, change and go under load: every server has them when Helm returns, and no pod restarts', async ({
  of,
}) => {
  const before = await whoIsThere(of)
  const load = await startLoad(of)
  await changeTo(of, { name: 'shop' }, { name: 'old', access: 'all' })
  assert.match(alike(await rulesOf(of, 'shop')), / ~\*/)
  assert.match(alike(await rulesOf(of, 'old')), /\+@all/)
  await changeTo(of, { name: 'shop', keys: ['shop:*'], access: 'read' })
  const narrowed = alike(await rulesOf(of, 'shop'))
  assert.match(narrowed, / ~shop:\*/)
  assert.is(alike(await rulesOf(of, 'old')), '')
  assert.equal(await whoIsThere(of), before)
  await kubectl(of, 'delete', 'pod', `${of.fullname}-5`)
  await kubectl(of, 'rollout', 'status', `statefulset/${of.fullname}`, '--timeout=100s')
  assert.is(alike(await rulesOf(of, 'shop')), narrowed)
  assertUnnoticed(await load.stop())
})

test.run()
