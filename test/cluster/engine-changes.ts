import * as assert from 'uvu/assert'
import { ask } from '../kube/engine.ts'
import { type Release, rollback, upgrade } from '../kube/helm.ts'
import { findImage } from '../kube/images.ts'
import { engineOf, smallValues, type Values } from '../kube/values.ts'
import { serverPods, waitUntilWhole } from './cluster.ts'
import { startLoad } from './load/start.ts'
import { assertUnnoticed } from './unnoticed.ts'

/** A flavour's image of some age, and the chart's values that go with it. */
export interface Change {
  flavour: string
  age: string
  values?: Values
}

/** Upgrades a release of six nodes under load to another image; no client may notice, and nothing may be lost. */
export async function changeEngine(of: Release, { flavour, age, values = {} }: Change): Promise<void> {
  const load = await startLoad(of)
  const upgraded = await upgrade({ ...of, flavour }, await smallValues(flavour, values, age), [
    '--timeout',
    '8m',
  ])
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const report = await load.stop()
  const { tag } = await findImage(engineOf(flavour), age)
  for (const version of await versions(of)) assert.is(tag.startsWith(version.slice(0, 3)), true, version)
  assertUnnoticed(report)
}

/** Tries an image that must be refused, for a reason like this, before any pod changes; and then rolls back. */
export async function refuseEngine(
  of: Release,
  { flavour, age, values = {} }: Change,
  reason: RegExp,
): Promise<void> {
  const before = await uids(of)
  const refused = await upgrade({ ...of, flavour }, await smallValues(flavour, values, age))
  assert.is.not(refused.code, 0)
  assert.match(refused.stdout + refused.stderr, reason)
  assert.equal(await uids(of), before)
  const back = await rollback(of)
  assert.is(back.code, 0, back.stdout + back.stderr)
  assert.equal(await uids(of), before)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
}

/** What a refusal says of data that an image of some age wrote and that of another cannot read. */
export const cannotBeRead = async (flavour: string, wrote: string, reads: string): Promise<RegExp> =>
  new RegExp(
    `the data that ${await version(flavour, wrote)}\\.\\d+ wrote cannot be read by ${await version(flavour, reads)}\\.`,
  )

/** The first two numbers of an image's version. */
const version = async (flavour: string, age: string) =>
  (await findImage(engineOf(flavour), age)).tag.split('.').slice(0, 2).join('.')

const uids = async (of: Release) => (await serverPods(of)).map(({ metadata }) => metadata?.uid)

async function versions(of: Release): Promise<string[]> {
  const pods = (await serverPods(of)).map(({ metadata }) => metadata?.name ?? '')
  return Promise.all(
    pods.map(async (pod) => {
      const info = await ask(of.namespace, pod, 'INFO', 'server')
      return (info.match(/^valkey_version:(.*)$/m) ?? info.match(/^redis_version:(.*)$/m))?.[1] ?? ''
    }),
  )
}
