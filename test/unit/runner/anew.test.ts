import type { V1Pod } from '@kubernetes/client-node'
import * as assert from 'uvu/assert'
import { startsAnew, uidsOf } from '../../kube/anew.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('pods that run in the place of others')

/** A pod whose server started so many seconds after the first moment, or not yet; `going` once it is deleted. */
function pod(uid: string, started?: number, going = false): V1Pod {
  const running = started === undefined ? {} : { running: { startedAt: new Date(started * 1000) } }
  return {
    metadata: { uid, ...(going && { deletionTimestamp: new Date(0) }) },
    status: {
      containerStatuses: [
        { name: 'keeper', state: { running: { startedAt: new Date(99_000) } } },
        { name: 'server', state: running },
      ] as NonNullable<V1Pod['status']>['containerStatuses'] & object,
    },
  }
}

const before = uidsOf([pod('a', 1), pod('b', 2)])
const seconds = (...pods: V1Pod[]) => startsAnew(pods, before, 'server').map((at) => at / 1000)

test('count however early they started: a deletion returns when some are back already', () => {
  assert.equal(seconds(pod('c', 3), pod('d', 9)), [3, 9])
})

test('are not those of before, which run on until they are gone', () => {
  assert.equal(seconds(pod('a', 1), pod('b', 50), pod('c', 3)), [3])
})

test('are not there before their server has started, nor once they go themselves', () => {
  assert.equal(seconds(pod('c'), pod('d', 4, true), { metadata: { uid: 'e' } }), [])
})

test.run()
