import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { install, release, upgrade } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite('an install whose servers never started', { timeout: 240_000 })

test.proves({
  topic: 'Mistakes are mended',
  promise: 'An install whose servers never started is mended by an upgrade',
})
test('for its configuration: an upgrade without the mistake makes the cluster', async (_, scope) => {
  const of = release('valkey-cluster', await freshNamespace(scope, 'directive'))
  const wrong = await smallValues(of.flavour, { cluster: { extraConfig: 'no-such-directive yes' } })
  assert.is.not((await install(of, wrong, ['--timeout', '20s'])).code, 0)

  const mended = await upgrade(of, await smallValues(of.flavour), ['--wait', '--timeout', '3m'])
  assert.is(mended.code, 0, mended.stdout + mended.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
})

test.run()
