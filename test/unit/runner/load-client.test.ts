import * as assert from 'uvu/assert'
import { bundleLoadClient } from '../../cluster/load/bundle.ts'
import type { LoadReport } from '../../cluster/load/client.ts'
import {
  beforeKill,
  countLost,
  errorsOf,
  gapBeyond,
  lastReturn,
  lostOf,
  lostOutside,
  notKept,
  silenceWithin,
  writesWithin,
} from '../../cluster/load/judge.ts'
import { type LaneReport, type Store, startLane } from '../../cluster/load/lane.ts'
import { crc16, tagsIn } from '../../cluster/load/slots.ts'
import { pause } from '../../runner/deadline.ts'
import { suite } from '../../runner/suite.ts'

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

async function runLane(append: (value: string) => Promise<void>, ms: number): Promise<LaneReport> {
  const began = performance.now()
  const now = () => performance.now() - began
  const values: string[] = []
  const store: Store = {
    async append(_, value) {
      await append(value)
      values.push(value)
      return true
    },
    range: async (_, first, last) => values.slice(first, last + 1),
  }
  const lane = startLane(store, {
    name: 'l',
    keys: ['a'],
    rest: 1,
    now,
    stopped: () => now() > ms,
    begun: () => {},
  })
  await lane.written
  return lane.verify()
}

test('a lane sees the gap in which no write was acknowledged', async () => {
  const report = await runLane(async (value) => {
    if (value === '20') await pause(200)
  }, 400)
  assert.ok(
    report.gaps.some(({ milliseconds }) => milliseconds >= 195),
    JSON.stringify(report.gaps),
  )
  assert.equal([report.lost, report.errors], [[], []])
})

test('a lane reports errors, the first of them by their words', async () => {
  const report = await runLane(async (value) => {
    if (Number(value) > 3) throw new Error('CLUSTERDOWN')
  }, 100)
  assert.is(report.writes, 4)
  assert.is(report.errors[0]?.message, 'Error: CLUSTERDOWN')
  assert.is(report.failures, report.errors.length)
})

test('a lane that is silent to the end has a gap to the end', async () => {
  const never = async () => {
    await pause(300)
    throw new Error('down')
  }
  const report = await runLane(never, 200)
  assert.ok(report.gaps.some(({ milliseconds }) => milliseconds >= 200))
})

test('a lane that never waits long still tells its longest gap', async () => {
  const report = await runLane(async () => {}, 50)
  assert.ok(report.gaps.length > 0)
  assert.ok(report.gaps.every(({ milliseconds }) => milliseconds > 0))
})

const reportOf = (gap: number, control: number, from = 1200): LoadReport => {
  const lane = (name: string, milliseconds: number, at = 1200): LaneReport => ({
    name,
    writes: 9,
    unconfirmed: 0,
    errors: [],
    failures: 0,
    gaps: [
      { at: 100, milliseconds: 1 },
      { at, milliseconds },
    ],
    timeline: [],
    lost: [],
    twice: 0,
    disordered: 0,
    foreign: 0,
    unreadable: [],
  })
  return {
    began: 1_000_000,
    seconds: 5,
    lanes: [lane('shard-0', 10), lane('shard-1', gap)],
    controls: [lane('control-0', 1, 0), lane('control-1', control, from)],
  }
}

test('a gap counts against the limit but for the time in which the control was silent too', () => {
  assert.is(gapBeyond(500, reportOf(500, 0)), undefined)
  assert.match(gapBeyond(500, reportOf(501, 0)) ?? '', /allowed: 500 ms/)
  assert.is(gapBeyond(500, reportOf(950, 450)), undefined)
  assert.match(
    gapBeyond(500, reportOf(951, 450)) ?? '',
    /shard-1 had no write acknowledged for 951 ms, 1.2 s after the start, and a control for 450 ms of them; allowed: 500 ms/,
  )
})

test('a machine that stalled at another moment excuses no gap', () => {
  assert.match(gapBeyond(500, reportOf(501, 450, 4000)) ?? '', /a control for 0 ms/)
  assert.match(gapBeyond(500, reportOf(601, 200, 1100)) ?? '', /a control for 100 ms/)
  assert.is(gapBeyond(500, reportOf(600, 200, 1100)), undefined)
})

test('a control that was silent now and then excuses a gap by its two longest silences alone', () => {
  const report = reportOf(800, 100)
  const [calm, control] = report.controls
  for (const at of [1300, 1450, 1600, 1750]) control?.gaps.push({ at, milliseconds: 140 })
  assert.match(gapBeyond(500, report) ?? '', /a control for 280 ms/)
  calm?.gaps.push({ at: 1400, milliseconds: 150 })
  assert.match(gapBeyond(500, report) ?? '', /a control for 280 ms/)
  control?.gaps.push({ at: 1830, milliseconds: 170 })
  assert.is(gapBeyond(500, report), undefined)
})

test('the last return is that of the lane that was silent longest into the time, short silences aside', () => {
  const report = reportOf(2000, 0)
  for (const one of report.lanes) one.timeline = Array(50).fill(1)
  report.lanes[0]?.gaps.push({ at: 1500, milliseconds: 1900 }, { at: 4000, milliseconds: 900 })
  assert.is(lastReturn(report, 1000), 1_003_400)
  assert.is(lastReturn(report, 5000), undefined)
})

test('a lane that is silent to the end has not returned, however short the load was', async () => {
  const lane = await runLane(async (value) => {
    if (Number(value) < 20) return
    await pause(400)
    throw new Error('down')
  }, 300)
  assert.ok(lane.gaps.some(({ milliseconds }) => milliseconds >= 200))
  assert.is(lastReturn({ ...reportOf(1, 1), lanes: [lane] }, 200), Number.POSITIVE_INFINITY)
})

const withLoss = (report: LoadReport) => {
  report.lanes[0]?.lost.push({ count: 12, from: 1500, to: 2000 })
  return report
}

test('lost writes are told by when they were acknowledged', () => {
  const told = ['shard-0: 12 writes that were acknowledged from 1.5 s to 2.0 s are gone']
  assert.equal(lostOf(withLoss(reportOf(1, 1))), told)
  assert.equal(notKept(withLoss(reportOf(1, 1))), told)
  assert.is(countLost(withLoss(reportOf(1, 1))), 12)
})

test('lost writes are held against the span in which writes may be lost', () => {
  const report = withLoss(reportOf(1, 1))
  assert.equal(lostOutside(report, { from: 1_001_500, to: 1_002_000 }), [])
  assert.match(lostOutside(report, { from: 1_001_501, to: 1_002_000 })[0] ?? '', /allowed: from 1.5 s to 2.0/)
  assert.is(lostOutside(report, { from: 1_001_500, to: 1_001_999 }).length, 1)
})

test('of a killed server only the writes of its last two seconds may be gone', () => {
  const report = withLoss(reportOf(1, 1))
  const killedAt = (at: number) => beforeKill({ from: at, to: at })
  assert.equal(notKept(report, killedAt(1_003_500)), [])
  assert.is(notKept(report, killedAt(1_003_501)).length, 1)
  assert.is(notKept(report, killedAt(1_001_999)).length, 1)
  report.lanes[1]?.unreadable.push({ list: 'l', acknowledged: 3, why: 'CLUSTERDOWN' })
  assert.is(notKept(report, killedAt(1_003_500)).length, 1)
  report.lanes[0] = { ...(report.lanes[0] as LaneReport), disordered: 2 }
  assert.is(notKept(report, killedAt(1_003_500)).length, 2)
})

test('what nobody can read, and what nobody wrote, proves nothing either', () => {
  const report = reportOf(1, 1)
  report.lanes[0]?.unreadable.push({ list: 'a:0', acknowledged: 7, why: 'Error: CLUSTERDOWN' })
  assert.equal(lostOf(report), [])
  assert.equal(notKept(report), ['shard-0: a:0, with 7 acknowledged writes: Error: CLUSTERDOWN'])
  const [, foreign] = report.lanes
  if (foreign) foreign.foreign = 2
  assert.is(notKept(report).length, 2)
})

test('writes, silence and errors are told for a span of time alone', () => {
  const report = reportOf(1, 1)
  const [busy, silent] = report.lanes
  if (busy) busy.timeline = [5, 5, 0, 5, 5]
  if (silent) silent.timeline = [1, 0, 0]
  assert.is(writesWithin(report, { from: 1_000_000, to: 1_000_500 }), 21)
  assert.is(writesWithin(report, { from: 1_000_001, to: 1_000_499 }), 10)
  assert.is(writesWithin(report, { from: 1_000_500, to: 1_001_000 }), 0)
  // Its timeline ends with its last write, and its silence does not.
  assert.is(silenceWithin(report, { from: 1_000_000, to: 1_000_500 }), 400)
  assert.is(silenceWithin(report, { from: 1_000_000, to: 1_000_200 }), 100)
  busy?.errors.push({ at: 250, message: 'CLUSTERDOWN' })
  assert.is(errorsOf(report).length, 1)
  assert.equal(errorsOf(report, { to: 1_000_249 }), [])
})

test('the client is one file that fits into a ConfigMap', async () => {
  assert.ok((await bundleLoadClient()).length > 50_000)
})

test.run()
