// depends on: protocol
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { createWithKeys, mastersOf, untilWhole } from '../shared/loopback/cluster.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import { timeouts, untilOk } from './outage.ts'

const test = suite('masters that come back and serve as soon as all agree', { timeout: 120_000 })

/** For how many milliseconds the engine lets a master wait that has been without a majority. */
const ENGINES_DELAY = 5000
/** How many they may wait once the last server is there. */
const BOUND = 4000

test.proves({
  topic: 'Loss and recovery',
  promise: 'When all pods are back, masters take writes as soon as all agree who owns what',
  bound: `${BOUND / 1000} s after the last server is there; the engine alone waits ${ENGINES_DELAY / 1000} s or more`,
})
test('all pods come back, one of them 0, 9 or 12 s before the others', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  for (const [seconds, timeout] of [
    [0, '60000'],
    [9, '5000'],
    [12, '1000'],
  ] as const) {
    const [first = 0] = await mastersOf(release)
    const others = all(release).filter((ordinal) => ordinal !== first)
    await release.kill(...all(release))
    for (const ordinal of all(release))
      await writeFile(join(release.config(ordinal), 'extra.conf'), `cluster-node-timeout ${timeout}\n`)
    await release.start(first)
    await release.keep(first)
    await pause(seconds * 1000)
    await release.keep(...others)
    await release.start(...others)
    const waited = await untilOk(release, all(release))
    assert.ok(waited < BOUND, `${waited} ms after the others, which were ${seconds} s later`)
    await untilWhole(release)
    assert.equal(new Set(await timeouts(release)), new Set([timeout]))
  }
})

test.run()
