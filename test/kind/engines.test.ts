import { cannotBeRead, changeEngine, refuseEngine } from '../cluster/engine-changes.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { UNNOTICED } from '../cluster/unnoticed.ts'
import { install, type Release, release } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'

const test = suite('another version of the engine', { timeout: 500_000 })

const [REDIS, VALKEY] = ['redis-cluster', 'valkey-cluster']

/** A cluster of six nodes with data, of the version before the current one. */
async function previous(scope: Scope): Promise<Release> {
  const of = release(REDIS, await freshNamespace(scope, 'engine'))
  const installed = await install(of, await smallValues(of.flavour, {}, 'previous'))
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
  const of = await previous(scope)
  await refuseEngine(of, { flavour: REDIS, age: 'oldest' }, await cannotBeRead(REDIS, 'previous', 'oldest'))
  await changeEngine(of, { flavour: REDIS, age: 'current' })
  const values = { nameOverride: REDIS }
  await refuseEngine(
    of,
    { flavour: VALKEY, age: 'current', values },
    /Redis 8\.\d+\.\d+ writes its data in a format that Valkey does not read/,
  )
})

test.run()
