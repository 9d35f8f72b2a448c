// depends on: answers
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { createWithKeys } from '../shared/loopback/cluster.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'

const test = suite('a network that keeps nobody from the servers’ own talk', { timeout: 60_000 })

test.proves({
  topic: 'Security',
  promise:
    'helm test says so if nothing enforces the network policies, and fails if the values say that something does',
})
test('helm test says that any pod can take the cluster over, and fails only if policies are said to be enforced', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const tested = (policy: string, enforced: string) =>
    release.script('helm-test.sh', [], { NETWORK_POLICY: policy, NETWORK_POLICY_ENFORCED: enforced })
  const warned = /network .*does not enforce NetworkPolicy: any pod can take this cluster over/
  for (const [enforced, code] of [
    ['false', 0],
    ['true', 1],
  ] as const) {
    const { stdout, ...ended } = await tested('true', enforced)
    assert.match(stdout, warned)
    assert.is(ended.code, code, stdout)
  }
  const off = await tested('false', 'false')
  assert.not.match(off.stdout, warned)
  assert.is(off.code, 0)
})

test.run()
