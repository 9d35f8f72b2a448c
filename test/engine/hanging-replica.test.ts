// depends on: answers
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { aShard, keyOf, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'
import { freeze } from './frozen.ts'

const test = suite('a replica that hangs while clients write', { timeout: 90_000 })

const MEGABYTE = 1024 * 1024
const CONTAINER = 256
const WRITTEN = 160

/** What the server has used at most, in megabytes. */
async function peak(release: Loopback, ordinal: number): Promise<number> {
  const memory = await release.ask(ordinal, 'INFO', 'memory')
  return Number(/^used_memory_peak:(\d+)/m.exec(memory)?.[1]) / MEGABYTE
}

test.proves({
  topic: 'Loss and recovery',
  promise:
    'A replica that hangs while clients write costs its master a quarter of its memory, and is in sync again later',
})
test('it costs its master a quarter of the container’s memory, and gets all data once it is back', async (_, scope) => {
  const release = await prepare(scope, {
    podEnv: { MEMORY_LIMIT: `${CONTAINER * MEGABYTE}`, MAXMEMORY_PERCENT: '65' },
  })
  await release.start(...all(release))
  await toItsEnd(release, 'reconcile.sh')
  await untilWhole(release)
  const [master, replica] = await aShard(release)
  const key = await keyOf(release, master)
  const before = await peak(release, master)
  const wake = await freeze(release, scope, replica)
  for (let i = 0; i < WRITTEN; i++)
    assert.is(await release.ask(master, 'SET', key, `${i}`.repeat(MEGABYTE).slice(0, MEGABYTE)), 'OK')
  // Beside that only what is written at the moment: the value, and what is on its way to the file.
  const more = (await peak(release, master)) - before
  assert.ok(more < CONTAINER / 4 + 24, `${more} MB more than before`)
  wake()
  await eventually(
    'the replica to have what was written last',
    { deadline: 30_000, every: 200 },
    async (see) => {
      const [role = '', , , , offset] = (await release.ask(replica, 'ROLE')).split('\n')
      const [, own] = (await release.ask(master, 'ROLE')).split('\n')
      see(`${role} at ${offset} of ${own}`)
      return (role === 'slave' && offset === own) || undefined
    },
  )
  await untilWhole(release)
})

test.run()
