import * as assert from 'uvu/assert'
import { pause } from '../harness/deadline.ts'
import { suite } from '../harness/suite.ts'
import { bundleLoadClient } from '../load/bundle.ts'
import type { LoadReport } from '../load/client.ts'
import { gapBeyond, lostOf } from '../load/judge.ts'
import { type LaneReport, type Store, startLane } from '../load/lane.ts'
import { crc16, tagsIn } from '../load/slots.ts'

const test = suite('load client')

test('slots are computed as the cluster computes them', () => {
  assert.is(crc16('123456789'), 0x31c3)
  assert.is(crc16('foo') % 16384, 12182)
})

test('tags spread over a shard and stay in it', () => {
  const tags = tagsIn(
    [
      [0, 99],
      [5000, 5099],
    ],
    20,
  )
  assert.is(tags.length, 20)
  const slots = tags.map((tag) => crc16(tag) % 16384)
  assert.ok(slots.every((slot) => slot < 100 || (slot >= 5000 && slot < 5100)))
  assert.is(new Set(slots).size, 20)
})

async function runLane(store: Store, ms: number): Promise<LaneReport> {
  const began = performance.now()
  const now = () => performance.now() - began
  const lane = startLane(store, {
    name: 'l',
    keys: ['a', 'b'],
    rest: 1,
    now,
    stopped: () => now() > ms,
    begun: () => {},
  })
  await lane.written
  return lane.verify()
}

test('a lane sees the gap in which no write was acknowledged', async () => {
  const values = new Map<string, string>()
  let slept = false
  const report = await runLane(
    {
      get: async (key) => values.get(key) ?? null,
      async set(key, value) {
        if (!slept && Number(value) > 20) {
          slept = true
          await pause(200)
        }
        values.set(key, value)
      },
    },
    400,
  )
  assert.ok(report.worstGap.milliseconds >= 195, JSON.stringify(report.worstGap))
  assert.equal([report.lost, report.errors], [[], []])
})

test('a lane reports acknowledged writes that are gone, and errors', async () => {
  const report = await runLane(
    {
      get: async () => '1',
      async set(_, value) {
        if (value === '5') throw new Error('CLUSTERDOWN')
      },
    },
    100,
  )
  assert.is(report.lost.length, 2)
  assert.is(report.lost[0]?.read, '1')
  assert.is(report.errors[0]?.message, 'Error: CLUSTERDOWN')
})

test('a lane that is silent to the end has a gap to the end', async () => {
  const never = async () => {
    await pause(300)
    throw new Error('down')
  }
  const report = await runLane({ get: async () => null, set: never }, 200)
  assert.ok(report.worstGap.milliseconds >= 200)
})

const reportOf = (gap: number, control: number): LoadReport => {
  const lane = (name: string, milliseconds: number): LaneReport => ({
    name,
    writes: 9,
    errors: [],
    worstGap: { milliseconds, at: 1200 },
    lost: [],
    timeline: [],
  })
  return {
    began: 0,
    seconds: 5,
    lanes: [lane('shard-0', 10), lane('shard-1', gap)],
    control: lane('control', control),
  }
}

test('a gap counts against the limit, or against twice what the control suffered', () => {
  assert.is(gapBeyond(500, reportOf(500, 20)), undefined)
  assert.is(gapBeyond(500, reportOf(900, 450)), undefined)
  assert.match(
    gapBeyond(500, reportOf(901, 450)) ?? '',
    /shard-1 had no write acknowledged for 901 ms, 1.2 s after/,
  )
})

test('a lost write is told by its key', () => {
  const report = reportOf(1, 1)
  report.lanes[0]?.lost.push({ key: 'load{7}', acknowledged: 12, read: null })
  assert.equal(lostOf(report), ['shard-0: load{7} was acknowledged as 12, reads null'])
})

test('the client is one file that fits into a ConfigMap', async () => {
  assert.ok((await bundleLoadClient()).length > 50_000)
})

test.run()
