import * as assert from 'uvu/assert'
import { type LaneReport, type Store, startLane } from '../../cluster/load/lane.ts'
import { suite } from '../../runner/suite.ts'
import { startBlindLane } from './blind-lane.ts'
import { type Fault, lose, lossyStore } from './lossy-store.ts'

const test = suite('the meter of lost writes')

const KEYS = ['a', 'b', 'c']
const SECONDS = 20

/** A meter, of which nobody asks here how long it is silent. */
type Lane = (
  ...args: Parameters<typeof startLane>
) => Pick<ReturnType<typeof startLane>, 'written' | 'verify'>
const run = async (start: Lane, store: Store & { now(): number }, name = 'l'): Promise<LaneReport> => {
  const stopped = () => store.now() >= SECONDS * 1000
  const keys = KEYS.map((key) => `${name}:${key}`)
  const lane = start(store, { name, keys, rest: 0, now: store.now, stopped, begun: () => {} })
  await lane.written
  return lane.verify()
}

const lostIn = ({ lost }: LaneReport) => lost.reduce((sum, { count }) => sum + count, 0)
const END = SECONDS * 1000

interface Plant {
  what: string
  fault: Fault
  /** When the fault strikes, in milliseconds; in the end unless told. */
  at?: number
  found: (report: LaneReport) => unknown
  is: unknown
}

const spans = ({ lost }: LaneReport) => lost

const plants: Plant[] = [
  {
    what: 'the last tenth of a second lost',
    fault: lose(END - 99, END),
    found: spans,
    is: [{ count: 100, from: END - 99, to: END }],
  },
  {
    what: 'three tenths of a second lost in the middle, with 10 s of writes after them',
    fault: lose(9701, 10_000),
    at: 10_001,
    found: spans,
    is: [{ count: 300, from: 9701, to: 10_000 }],
  },
  {
    what: 'two windows lost, told apart',
    fault: (entries, list) => lose(15_000, 15_009)(lose(5000, 5009)(entries, list), list),
    found: spans,
    is: [
      { count: 10, from: 5000, to: 5009 },
      { count: 10, from: 15_000, to: 15_009 },
    ],
  },
  {
    what: 'a single write lost',
    fault: lose(7777, 7777),
    found: spans,
    is: [{ count: 1, from: 7777, to: 7777 }],
  },
  {
    what: 'a whole list lost',
    fault: (entries, list) => (list.startsWith('l:b') ? [] : entries),
    found: lostIn,
    is: Math.floor(END / 3) + 1,
  },
  {
    what: 'a write repeated',
    fault: (entries) => entries.flatMap((entry) => (entry.at === 6000 ? [entry, entry] : [entry])),
    found: ({ twice, lost }: LaneReport) => ({ twice, lost }),
    is: { twice: 1, lost: [] },
  },
  {
    what: 'two writes swapped',
    fault: (entries) => {
      const at = entries.findIndex((entry) => entry.at === 6000)
      return at < 0
        ? entries
        : entries.map((entry, i) => entries[i === at ? at + 1 : i === at + 1 ? at : i] ?? entry)
    },
    found: ({ disordered, lost }: LaneReport) => ({ disordered, lost }),
    is: { disordered: 1, lost: [] },
  },
  {
    what: 'a value that nobody wrote',
    fault: (entries) => (entries[5] ? [...entries, { value: '999999999', at: 0 }] : entries),
    at: 10_000,
    found: ({ foreign, lost }: LaneReport) => ({ foreign, lost }),
    is: { foreign: 3, lost: [] },
  },
]

const measure = async (start: Lane, { fault, at }: Plant) => {
  const store = lossyStore()
  store.plant(fault, at)
  return run(start, store)
}

for (const plant of plants)
  test(`finds it: ${plant.what}`, async () => {
    assert.equal(plant.found(await measure(startLane, plant)), plant.is)
  })

// The twin that must fail: it sets its keys again and again, as the meter did before this one.
test('a meter that writes to its keys again and again finds none of this', async () => {
  const seen: string[] = []
  for (const plant of plants) {
    const blind = await measure(startBlindLane, plant)
    try {
      assert.equal(plant.found(blind), plant.is)
      seen.push(plant.what)
    } catch {}
  }
  assert.equal(seen, [])
})

test('one shard of three loses half a second: it is told of its lane, and of no other', async () => {
  const reports = await Promise.all(
    ['shard-0', 'shard-1', 'shard-2'].map((name) => {
      const store = lossyStore()
      if (name === 'shard-1') store.plant(lose(9501, 10_000), 10_001)
      return run(startLane, store, name)
    }),
  )
  assert.equal(reports.map(lostIn), [0, 500, 0])
})

test('an honest store: nothing is lost, repeated or out of order, over many lists', async () => {
  const { writes, lost, twice, disordered, foreign, unreadable } = await run(startLane, lossyStore())
  assert.is(writes, END)
  assert.equal({ lost, twice, disordered, foreign, unreadable }, nothing)
})

const nothing = { lost: [], twice: 0, disordered: 0, foreign: 0, unreadable: [] }

/** A number that follows from another, spread over 0 to 999: chance that is the same in every run. */
const dice = (number: number, salt: number) => (Math.imul(number + 7919 * salt, 2_654_435_761) >>> 8) % 1000

test('no loss is invented: writes that failed may be there or not, late, and an answer lost on its way repeats its write', async () => {
  for (let salt = 0; salt < 3; salt++) {
    const honest = lossyStore()
    let late: [string, string] | undefined
    let count = 0
    const unsure: Store & { now(): number } = {
      ...honest,
      async append(list, value) {
        const chance = dice(count++, salt)
        if (late && chance > 500) {
          await honest.append(...late)
          late = undefined
        }
        if (chance < 1) throw new Error('never arrived')
        if (chance < 2) {
          late = [list, value]
          throw new Error('arrives later')
        }
        await honest.append(list, value)
        if (chance < 4) throw new Error('arrived, and the answer got lost')
        if (chance < 6) await honest.append(list, value)
        return chance >= 8
      },
    }
    const { lost, disordered, foreign, unreadable, failures, unconfirmed, twice } = await run(
      startLane,
      unsure,
    )
    assert.equal([lost, disordered, foreign, unreadable], [[], 0, 0, []])
    assert.ok(failures > 0 && unconfirmed > 0 && twice > 0, `${failures} ${unconfirmed} ${twice}`)
  }
})

test('what is lost among writes that failed is counted exactly: a planted loss, and what was acknowledged of it', async () => {
  const store = lossyStore()
  const acknowledged = new Set<string>()
  let count = 0
  const shaky: Store & { now(): number } = {
    ...store,
    async append(list, value) {
      await store.append(list, value)
      if (dice(count++, 3) < 5) throw new Error('the answer got lost')
      acknowledged.add(value)
      return true
    },
  }
  store.plant(lose(9001, 10_000), 10_001)
  const report = await run(startLane, shaky)
  assert.is(lostIn(report), store.taken().filter((value) => acknowledged.has(value)).length)
  assert.ok(lostIn(report) < 1000 && lostIn(report) > 900, `${lostIn(report)}`)
})

test('a list that cannot be read is no loss: it is told, with the number of writes nobody can tell of', async () => {
  const store = lossyStore()
  store.plant(lose(5000, 5002))
  const { lost, unreadable } = await run(startLane, {
    ...store,
    async range(list, first, last) {
      if (list.startsWith('l:b') && first > 0) throw new Error('CLUSTERDOWN')
      return store.range(list, first, last)
    },
  })
  assert.equal(lost, [{ count: 2, from: 5001, to: 5002 }])
  assert.equal(
    unreadable.map(({ list, acknowledged, why }) => [list, acknowledged > 0, why]),
    [
      ['l:b:0', true, 'Error: CLUSTERDOWN'],
      ['l:b:1', true, 'Error: CLUSTERDOWN'],
    ],
  )
})

test('ten minutes of load are read back in pages, within seconds and little memory', async () => {
  let longest = 0
  let pages = 0
  let clock = 0
  const lists = new Map<string, string[]>()
  const store: Store & { now(): number } = {
    now: () => clock,
    async append(list, value) {
      const entries = lists.get(list)
      if (entries) entries.push(value)
      else lists.set(list, [value])
      clock += (SECONDS / 600_000) * 1000
      return true
    },
    async range(list, first, last) {
      pages++
      longest = Math.max(longest, last - first + 1)
      return lists.get(list)?.slice(first, last + 1) ?? []
    },
  }
  const began = performance.now()
  const report = await run(startLane, store)
  assert.ok(report.writes >= 600_000)
  assert.equal(report.lost, [])
  assert.ok(longest <= 1000 && pages < 1000, `${pages} pages of up to ${longest}`)
  assert.ok(performance.now() - began < 8000)
})

test.run()
