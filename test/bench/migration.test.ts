import * as assert from 'uvu/assert'
import { parseClusterNodes } from '../../generator/cluster/nodes.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { ask } from '../kube/engine.ts'
import { install, type Release, release, upgrade } from '../kube/helm.ts'
import { findImage } from '../kube/images.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { saveNumbers, table } from '../shared/figures/figures.ts'

const FLAVOUR = 'valkey-cluster'
const KEYS = 100_000
const SHARE = 4096

const test = suite('a fourth shard gets its slots, by atomic migration and key by key', {
  timeout: 400_000,
  setup: () => ({ rates: {} as Record<string, number> }),
  teardown: async ({ rates }) => {
    const rows = Object.entries(rates).map(([version, rate]) => [version, rate.toFixed(0)])
    console.log(table([['Valkey', 'slots a second'], ...rows]))
    console.log(`  every number: ${await saveNumbers('migration', rates)}`)
  },
})

for (const [age, isAtomic] of [
  ['previous', false],
  ['current', true],
] as const)
  test(`${age}: ${isAtomic ? 'atomic, since the server offers it' : 'key by key'}`, async ({
    rates,
  }, scope) => {
    const of = release(FLAVOUR, await freshNamespace(scope, 'migrate'))
    const installed = await install(of, await smallValues(FLAVOUR, {}, age))
    assert.is(installed.code, 0, installed.stderr)
    await writeAndRead(of, KEYS)
    const upgraded = upgrade(of, await smallValues(FLAVOUR, { cluster: { shards: 4 } }, age))
    const rate = await rateOf(of, upgraded)
    assert.is((await upgraded).code, 0)
    const migrations = await ask(of.namespace, `${of.fullname}-0`, 'CLUSTER', 'GETSLOTMIGRATIONS')
    assert.is(/success/.test(migrations), isAtomic, migrations)
    rates[(await findImage('valkey', age)).tag] = rate
  })

test('atomic migration is the faster', ({ rates }) => {
  const [before = 0, atomic = 0] = Object.values(rates)
  assert.ok(atomic > before, `${atomic} and ${before} slots a second`)
})

/** Slots a second, from when the new shard has some until it has its share or the upgrade ends. */
async function rateOf(of: Release, upgraded: Promise<unknown>): Promise<number> {
  let over = false
  upgraded.finally(() => {
    over = true
  })
  const seen: { at: number; slots: number }[] = []
  while (!over && (seen.at(-1)?.slots ?? 0) < SHARE) {
    const text = await ask(of.namespace, `${of.fullname}-0`, 'CLUSTER', 'NODES')
    const counts = parseClusterNodes(text).map(({ slots }) =>
      slots.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    )
    const owners = counts.filter((count) => count > 0).sort((a, b) => a - b)
    seen.push({ at: performance.now(), slots: owners.length === 4 ? (owners[0] ?? 0) : 0 })
    await pause(100)
  }
  // What was there before the last look at none began after it.
  const began = seen.findLast(({ slots }) => slots === 0)
  const ended = seen.at(-1)
  if (!began || !ended || ended.slots === 0)
    throw new Error(`no slot was seen on its way: ${JSON.stringify(seen)}`)
  return (ended.slots * 1000) / (ended.at - began.at)
}

test.run()
