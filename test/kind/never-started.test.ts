import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { install, release, testRelease, upgrade } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite('an install whose servers never started', { timeout: 240_000 })

test.proves({
  topic: 'Mistakes are mended',
  promise: 'An install whose servers never started is mended by an upgrade',
})
test('for its image: an upgrade to one that exists is refused with the way on, and that way leads to a cluster', async (_, scope) => {
  const of = release('redis-cluster', await freshNamespace(scope, 'tag'))
  const right = await smallValues(of.flavour)
  const nowhere = await smallValues(of.flavour, { image: { tag: '7.0.999', pullPolicy: 'IfNotPresent' } })
  assert.is.not((await install(of, nowhere, ['--timeout', '15s'])).code, 0)

  const refused = await upgrade(of, right, ['--timeout', '2m'])
  assert.is.not(refused.code, 0)
  assert.match(refused.stdout + refused.stderr, /no pod answers .* set jobs\.allowSilence for this upgrade/)

  const allowed = await smallValues(of.flavour, { jobs: { allowSilence: true } })
  const mended = await upgrade(of, allowed, ['--timeout', '3m'])
  assert.is(mended.code, 0, mended.stdout + mended.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const tested = await testRelease(of)
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
})

test.run()
