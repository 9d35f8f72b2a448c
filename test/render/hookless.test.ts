import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { flavours, type Manifest, podOf, render, scenarios, the } from './rendered.ts'

const test = suite('rendered without hooks', { timeout: 60_000 })

interface Volume {
  configMap?: { name: string }
  secret?: { secretName: string }
}

/** What the servers' pods need by name, as `Kind name`. */
function needs(manifests: Manifest[]): string[] {
  const set = the(manifests, 'StatefulSet')
  const { serviceAccountName, volumes = [] } = podOf(set).spec
  const mounted = (volumes as Volume[]).flatMap(({ configMap, secret }) => [
    ...(configMap ? [`ConfigMap ${configMap.name}`] : []),
    ...(secret ? [`Secret ${secret.secretName}`] : []),
  ])
  return [...mounted, `ServiceAccount ${serviceAccountName}`, `Service ${set.spec.serviceName}`]
}

/** What is there before the release: an account that every namespace has, and the Secret that a situation brings. */
const brought = ['ServiceAccount default', 'Secret mine']

for (const flavour of flavours) {
  test.proves({
    topic: 'Install and remove',
    promise: 'Where nothing runs Helm’s hooks, the cluster creates itself',
  })
  test(`${flavour} has all that its servers’ pods need, in every situation, and no Job`, async () => {
    for (const [name, values] of await scenarios(flavour)) {
      const manifests = await render(flavour, values, { args: ['--no-hooks'] })
      const there = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      const needed = needs(manifests)
      assert.ok(needed.length >= 5, name)
      assert.equal(
        needed.filter((one) => !there.includes(one) && !brought.includes(one)),
        [],
        name,
      )
      assert.equal(
        there.filter((one) => one.startsWith('Job')),
        [],
        name,
      )
    }
  })
}

test.run()
