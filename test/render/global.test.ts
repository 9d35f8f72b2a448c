// needs: helm4
import * as assert from 'uvu/assert'
import { template } from '../kube/helm.ts'
import type { Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { holding } from './lookup.ts'
import { parentOf, renderParent } from './parent.ts'
import { flavours, helms, type Manifest, objects, podOf, render, the, workloads } from './rendered.ts'

const test = suite('values of a parent chart', { timeout: 60_000 })

const GLOBAL = {
  imageRegistry: 'registry.example.org',
  imagePullSecrets: ['one', { name: 'two' }],
  storageClass: 'fast',
}

/** Where the images of a rendering come from, each registry once. */
const registries = (manifests: Manifest[]) => [
  ...new Set(
    workloads(manifests).flatMap((one) =>
      podOf(one).spec.containers.map(({ image }) => image.replace(/\/(library|valkey)\/.*/, '')),
    ),
  ),
]

/** The Secrets to pull with, of each workload. */
const pullSecrets = (manifests: Manifest[]) =>
  workloads(manifests).map((one) => podOf(one).spec.imagePullSecrets?.map(({ name }) => name))

function storageClass(manifests: Manifest[]): string | undefined {
  const { volumeClaimTemplates } = the(manifests, 'StatefulSet').spec
  const [claim] = volumeClaimTemplates as { spec: { storageClassName?: string } }[]
  return claim?.spec.storageClassName
}

const each = <T>(value: T): T[] => [value, value, value, value]

for (const name of flavours) {
  for (const helm of helms) {
    test(`${helm} hands the usual global values to ${name}, and they count`, async (_, scope) => {
      const chart = await parentOf(scope, [{ name }], { global: GLOBAL })
      const { code, stdout, stderr } = await renderParent(helm, 'web', chart)
      assert.is(code, 0, stderr)
      const manifests = objects(stdout)
      assert.equal(registries(manifests), ['registry.example.org'])
      assert.equal(pullSecrets(manifests), each(['one', 'two']))
      assert.is(storageClass(manifests), 'fast')
      // The next upgrade is held against what the volumes were made with.
      assert.is(the(manifests, 'ConfigMap', '-topology').data.storageClass, 'fast')
      assert.match(
        JSON.stringify(the(manifests, 'Job', 'preflight')),
        'storageClass fast persistence.storageClass',
      )
    })

    test(`${helm} leaves the user of ${name} to the platform, below a parent chart too`, async (_, scope) => {
      const chart = await parentOf(scope, [{ name }], { [name]: { pod: { userFromPlatform: true } } })
      const { code, stdout, stderr } = await renderParent(helm, 'web', chart)
      assert.is(code, 0, stderr)
      assert.equal(
        workloads(objects(stdout)).map((one) => podOf(one).spec.securityContext),
        each({
          runAsNonRoot: true,
          fsGroupChangePolicy: 'OnRootMismatch',
          seccompProfile: { type: 'RuntimeDefault' },
        }),
      )
    })
  }

  test(`what ${name} is told itself counts more than global values`, async () => {
    const own: Values = {
      image: { registry: 'mine.example.org', pullSecrets: ['mine'] },
      persistence: { storageClass: 'slow' },
    }
    const manifests = await render(name, { global: GLOBAL, ...own })
    assert.equal(registries(manifests), ['mine.example.org'])
    assert.equal(pullSecrets(manifests), each(['mine']))
    assert.is(storageClass(manifests), 'slow')
  })

  test(`without global values ${name} has its own registry, no Secret and no class`, async () => {
    for (const global of [{}, { another: [1] }, null] as Values[]) {
      const manifests = await render(name, { global })
      assert.equal(registries(manifests), ['docker.io'])
      assert.equal(pullSecrets(manifests), each(undefined))
      assert.is(storageClass(manifests), undefined)
    }
  })
}

/** What the topology of a release says that was made with a storage class. */
const made = (storageClass: string) => ({
  persistence: 'true',
  size: '2Gi',
  storageClass,
  accessModes: 'ReadWriteOnce',
  appendonly: 'true',
})

// Helm 4 would look for more than lookup does.
test('volumes of the default class stay as they are, whatever class a parent chart names later', async (_, scope) => {
  const args = await holding(scope, 'ConfigMap', 'r-redis-cluster-topology', made(''))
  const manifests = await render('redis-cluster', { global: GLOBAL }, { args })
  assert.is(storageClass(manifests), undefined)
  assert.is(the(manifests, 'ConfigMap', '-topology').data.storageClass, '')
})

test('another class of a parent chart is refused for volumes that are there, and the old one can be set', async (_, scope) => {
  const args = await holding(scope, 'ConfigMap', 'r-redis-cluster-topology', made('slow'))
  const { code, stderr } = await template('redis-cluster', { global: GLOBAL }, { args })
  assert.is.not(code, 0)
  assert.match(stderr, 'persistence.storageClass changes from "slow" to "fast"')
  const values = { global: GLOBAL, persistence: { storageClass: 'slow' } }
  assert.is(storageClass(await render('redis-cluster', values, { args })), 'slow')
})

const wrong: [global: Values, says: RegExp][] = [
  [{ imageRegistry: 5000 }, /global\.imageRegistry is 5000, which is no string: put quotes around it/],
  [{ storageClass: 123 }, /global\.storageClass is 123, which is no string: put quotes around it/],
  [{ imagePullSecrets: 'key' }, /global\.imagePullSecrets is key, which is no list: write a list/],
  [{ imagePullSecrets: [123] }, /global\.imagePullSecrets holds 123, which is no name of a Secret/],
  [
    { imagePullSecrets: [{ secret: 'key' }] },
    /global\.imagePullSecrets holds map\[secret:key\], which is no name/,
  ],
]

for (const [global, says] of wrong)
  test(`the global values ${JSON.stringify(global)} are refused by name`, async () => {
    const { code, stderr } = await template('redis-cluster', { global })
    assert.is.not(code, 0)
    assert.match(stderr, says)
  })

test.run()
