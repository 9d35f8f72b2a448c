import * as assert from 'uvu/assert'
import type { Release } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import type { Proof } from '../runner/proof.ts'
import { waitUntilWhole } from './cluster.ts'
import type { LoadReport } from './load/client.ts'
import { errorsOf, gapBeyond, notKept, twiceOf } from './load/judge.ts'
import { startLoad } from './load/start.ts'

const GAP = 500

/** The same in words: the bound of every promise that it proves. */
export const UNNOTICED = `no error at a client, no acknowledged write lost, no shard silent for longer than ${GAP / 1000} s, but for what the machine stalls by itself`

/** What `restartUnnoticed` proves. */
export const ROLLING_RESTART: Proof = {
  topic: 'Planned work under load',
  promise: 'A rolling restart goes unnoticed by clients',
  bound: UNNOTICED,
}

/** What clients may notice of anything that is done to a cluster on purpose: no error, no write lost, half a second's silence. */
export function assertUnnoticed(report: LoadReport): void {
  assert.equal(errorsOf(report), [])
  assert.equal([...notKept(report), ...twiceOf(report)], [])
  assert.is(gapBeyond(GAP, report), undefined)
}

/** Restarts all pods of a release of six nodes under load, which no client may notice. */
export async function restartUnnoticed(of: Release): Promise<void> {
  const load = await startLoad(of)
  await kubectl(of, 'rollout', 'restart', `statefulset/${of.fullname}`)
  await kubectl(of, 'rollout', 'status', `statefulset/${of.fullname}`, '--timeout=200s')
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  assertUnnoticed(await load.stop())
}
