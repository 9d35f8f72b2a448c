// needs: helm4
import * as assert from 'uvu/assert'
import { parseYamlAll } from '../../generator/text/yaml.ts'
import { template } from '../kube/helm.ts'
import { suite } from '../runner/suite.ts'
import { parentOf, renderParent } from './parent.ts'
import { flavours, helms, objects, render, renderText, the } from './rendered.ts'

const test = suite('names', { timeout: 60_000 })

for (const namespace of ['1234', '3240286e-210077'])
  test(`the namespace ${namespace} is a string to Kubernetes, though it looks like a number`, async () => {
    for (const flavour of flavours) {
      const text = await renderText(flavour, {}, { args: ['--namespace', namespace] })
      const found = parseYamlAll(text) as unknown as { metadata: { namespace: unknown } }[]
      assert.ok(found.length > 5)
      for (const { metadata } of found) assert.is(metadata.namespace, namespace)
    }
  })

for (const name of ['123', '1a', 'my.rel', `${'a'.repeat(50)}--b`]) {
  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'A release whose name makes no name for a Service is refused before anything is made',
  })
  test(`a release ${name} is refused, and can be installed with fullnameOverride`, async () => {
    for (const flavour of flavours) {
      const { code, stderr } = await template(flavour, {}, { name })
      assert.is.not(code, 0, flavour)
      assert.match(stderr, `the release's name "${name}" and the chart's name "${flavour}" make the name`)
      assert.match(stderr, 'Set fullnameOverride to such a name.')
      const manifests = await render(flavour, { fullnameOverride: 'cache' }, { name })
      assert.is(the(manifests, 'Service', 'headless').metadata.name, 'cache-headless')
    }
  })

  test(`a release ${name} that is there already is not refused`, async () => {
    const { code, stderr } = await template('redis-cluster', {}, { name, args: ['--is-upgrade'] })
    assert.is(code, 0, stderr)
  })
}

/** The names of the StatefulSets in a rendered text. */
const sets = (text: string) =>
  objects(text)
    .filter(({ kind }) => kind === 'StatefulSet')
    .map(({ metadata }) => metadata.name)
    .sort()

const [redis = '', valkey = ''] = flavours
const pairs = {
  'of the same chart': [
    { name: redis, alias: 'cache' },
    { name: redis, alias: 'sessions' },
  ],
  'of both charts': [
    { name: redis, alias: 'cache' },
    { name: valkey, alias: 'sessions' },
  ],
}

for (const helm of helms)
  for (const [which, dependencies] of Object.entries(pairs)) {
    test(`${helm} gives two aliases ${which} a name each`, async (_, scope) => {
      const chart = await parentOf(scope, dependencies, {})
      const { code, stdout, stderr } = await renderParent(helm, 'web', chart)
      assert.is(code, 0, stderr)
      assert.equal(sets(stdout), ['web-cache', 'web-sessions'])
    })

    test(`${helm} refuses two aliases ${which} that come to one name`, async (_, scope) => {
      const chart = await parentOf(scope, dependencies, {})
      for (const release of ['cache-sessions', `sessions-${'x'.repeat(44)}`]) {
        const { code, stderr } = await renderParent(helm, release, chart)
        assert.is.not(code, 0, release)
        const both =
          /(cache\.fullnameOverride or sessions|sessions\.fullnameOverride or cache)\.fullnameOverride/
        assert.match(stderr, both)
        assert.match(stderr, `in the release "${release}" the objects of both would be called`)
      }
    })

    test(`${helm} takes two aliases ${which} if one of them has a name of its own`, async (_, scope) => {
      const chart = await parentOf(scope, dependencies, { sessions: { fullnameOverride: 'sessions' } })
      const { code, stdout, stderr } = await renderParent(helm, 'cache-sessions', chart)
      assert.is(code, 0, stderr)
      assert.equal(sets(stdout), ['cache-sessions', 'sessions'])
    })
  }

test('an alias that the release’s name holds leaves a release its name', async (_, scope) => {
  const chart = await parentOf(scope, [{ name: redis, alias: 'cache' }], {})
  const { code, stdout, stderr } = await renderParent('helm', 'my-cache', chart)
  assert.is(code, 0, stderr)
  assert.equal(sets(stdout), ['my-cache'])
})

test('an alias that makes no name for a Service is refused', async (_, scope) => {
  const chart = await parentOf(scope, [{ name: redis, alias: 'My_Cache' }], {})
  const { code, stderr } = await renderParent('helm', 'web', chart)
  assert.is.not(code, 0)
  assert.match(stderr, 'the chart\'s name "My_Cache" make the name "web-My_Cache"')
})

test.run()
