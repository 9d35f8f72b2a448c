import { changeEngine, refuseEngine } from '../cluster/engine-changes.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { UNNOTICED } from '../cluster/unnoticed.ts'
import { install, type Release, release } from '../kube/helm.ts'
import { findImage } from '../kube/images.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { engineOf, smallValues } from '../kube/values.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'

const test = suite('another version of the engine', { timeout: 500_000 })

const [REDIS, VALKEY] = ['redis-cluster', 'valkey-cluster']

/** The first two numbers of an image's version. */
const version = async (flavour: string, age: string) =>
  (await findImage(engineOf(flavour), age)).tag.split('.').slice(0, 2).join('.')

const cannotBeRead = async (flavour: string, wrote: string, reads: string) =>
  new RegExp(
    `the data that ${await version(flavour, wrote)}\\.\\d+ wrote cannot be read by ${await version(flavour, reads)}\\.`,
  )

/** A cluster of six nodes with data, of the version before the current one. */
async function previous(scope: Scope, flavour: string): Promise<Release> {
  const of = release(flavour, await freshNamespace(scope, 'engine'))
  const installed = await install(of, await smallValues(flavour, {}, 'previous'))
  if (installed.code !== 0) throw new Error(installed.stderr)
  await writeAndRead(of, 1000)
  return of
}

test.proves({
  topic: 'Another version of the engine',
  promise: 'A newer version of the engine comes while clients work, and what cannot read the data is refused',
  bound: UNNOTICED,
})
test('Redis: an older format is refused, a newer one comes without clients noticing, and then not to Valkey', async (_, scope) => {
  const of = await previous(scope, REDIS)
  await refuseEngine(of, { flavour: REDIS, age: 'oldest' }, await cannotBeRead(REDIS, 'previous', 'oldest'))
  await changeEngine(of, { flavour: REDIS, age: 'current' })
  const values = { nameOverride: REDIS }
  await refuseEngine(
    of,
    { flavour: VALKEY, age: 'current', values },
    /Redis 8\.\d+\.\d+ writes its data in a format that Valkey does not read/,
  )
})

test.proves({
  topic: 'Another version of the engine',
  promise: 'A newer version of the engine comes while clients work, and what cannot read the data is refused',
  bound: UNNOTICED,
})
test('Valkey: a newer format comes without clients noticing, and there is no way back', async (_, scope) => {
  const of = await previous(scope, VALKEY)
  await changeEngine(of, { flavour: VALKEY, age: 'current' })
  await refuseEngine(
    of,
    { flavour: VALKEY, age: 'previous' },
    await cannotBeRead(VALKEY, 'current', 'previous'),
  )
})

test.run()
