import * as assert from 'uvu/assert'
import type { LoadReport } from '../load/client.ts'
import { errorsOf, gapBeyond, notKept, twiceOf } from '../load/judge.ts'
import { waitUntilWhole } from './cluster.ts'
import type { Release } from './helm.ts'
import { startLoad } from './load.ts'
import { kubectl } from './moving.ts'

/** What clients may notice of anything that is done to a cluster on purpose: no error, no write lost, half a second's silence. */
export function assertUnnoticed(report: LoadReport): void {
  assert.equal(errorsOf(report), [])
  assert.equal([...notKept(report), ...twiceOf(report)], [])
  assert.is(gapBeyond(500, report), undefined)
}

/** Restarts all pods of a release of six nodes under load, which no client may notice. */
export async function restartUnnoticed(of: Release): Promise<void> {
  const load = await startLoad(of)
  await kubectl(of, 'rollout', 'restart', `statefulset/${of.fullname}`)
  await kubectl(of, 'rollout', 'status', `statefulset/${of.fullname}`, '--timeout=200s')
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  assertUnnoticed(await load.stop())
}
