// depends on: answers
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'

const test = suite('zones that no pod is told', { timeout: 60_000 })

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']
const ZONES = 'n1=a n2=b n3=c n4=a n5=b n6=c'

test.proves({
  topic: 'Loss and recovery',
  promise: 'Replicas keep to other zones than their masters, on every version of Kubernetes',
})
test('replicas leave their masters’ zones as soon as the values name the zones, and helm test tells which it lacks', async (_, scope) => {
  const release = await prepare(scope, { nodes })
  await release.start(...all(release))
  await toItsEnd(release, 'reconcile.sh')
  const unaware = await release.script('helm-test.sh')
  assert.is(unaware.code, 0, unaware.stdout + unaware.stderr)
  assert.match(unaware.stdout, /zones .* zone of these Kubernetes nodes is unknown: n1 n2 n3 n4 n5 n6\. Name/)
  assert.match((await release.script('helm-test.sh', [], { ZONES })).stdout, /Kubernetes node, 3 in its zone/)

  const upgraded = await release.script('reconcile.sh', [], { ZONES })
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
  const aware = await release.script('helm-test.sh', [], { ZONES })
  assert.is(aware.code, 0, aware.stdout + aware.stderr)
  assert.match(aware.stdout, /no replica on its master's Kubernetes node, none in its zone/)
  assert.not.match(aware.stdout, / zones /)

  const stale = await release.script('helm-test.sh', [], { ZONES: ZONES.replace('n5=b', 'n7=b') })
  assert.match(stale.stdout, /is unknown: n5\. Name/)
})

test.run()
