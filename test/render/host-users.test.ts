import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { flavours, podOf, render, workloads } from './rendered.ts'

const test = suite('whose users the pods have', { timeout: 60_000 })

for (const flavour of flavours) {
  /** What each pod of a release says of its users. */
  const told = async (pod: { hostUsers?: boolean | null }) => {
    const manifests = await render(flavour, { pod, jobs: { reconcile: { schedule: '@daily' } } })
    return workloads(manifests).map((one) => podOf(one).spec.hostUsers)
  }

  test(`pods of ${flavour} leave it to Kubernetes, unless pod.hostUsers is set`, async () => {
    const unset = await told({})
    assert.equal(unset, Array(5).fill(undefined))
    assert.equal(await told({ hostUsers: null }), unset)
    for (const hostUsers of [true, false]) assert.equal(await told({ hostUsers }), Array(5).fill(hostUsers))
  })
}

test.run()
