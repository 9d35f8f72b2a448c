// needs: mawk busybox
import * as assert from 'uvu/assert'
import { suite } from '../../../runner/suite.ts'
import { situations } from '../../../shared/plan/large.ts'
import { weigh } from '../../../shared/plan/planner.ts'

const test = suite('the plan of a thousand nodes', { timeout: 120_000 })

const NODES = 1000
// Half of what a Job may have.
const MEGABYTES = 64
// The plan lies on the Job's volume, and its steps become commands there.
const MOST_STEPS = 25_000

/** What the plan begins with, and how many seconds of the processor it may take: several times what it takes. */
const expected: Record<string, [begins: RegExp, seconds: number]> = {
  'that agree': [/^done 1000 nodes agree, 16384 slots covered, 500 replicas in sync/, 5],
  'of which ten see others fail': [/^wait pod 0 counts pod 999 as failed/, 5],
  'of which each has heard of half': [/^meet /, 20],
  'that know a hundred others, which are gone': [/^forget /, 5],
  'that know nobody': [/^epoch /, 10],
  'of which half are new': [/^meet /, 10],
  'of which half shall leave': [/^move /, 10],
}

for (const [name, { observed, desired }] of Object.entries(situations(NODES)))
  for (const awk of ['mawk', 'busybox awk']) {
    test.proves({
      topic: 'Size and cost',
      promise: 'A thousand nodes are planned within the time, the memory and the disk of a Job',
      bound: `${MEGABYTES} MB`,
    })
    test(`${NODES} nodes ${name} are planned by ${awk}`, async () => {
      const [begins = /^$/, most = 0] = expected[name] ?? []
      const { steps, seconds } = await weigh(observed, desired, awk, MEGABYTES)
      assert.match(steps[0] ?? '', begins)
      assert.ok(steps.length <= MOST_STEPS, `${steps.length} steps`)
      assert.ok(seconds <= most, `the plan took ${seconds.toFixed(1)} s of the processor`)
    })
  }

test.run()
