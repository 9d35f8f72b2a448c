// depends on: protocol
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { createWithKeys, mastersOf, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import type { Running } from '../shared/loopback/processes.ts'
import { holdShort, SET_BACK, startAlone, timeouts, untilSetBack } from './outage.ts'

const test = suite('whoever is killed while a node timeout is short', { timeout: 120_000 })

type Victim = [
  name: string,
  kill: (of: { release: Loopback; master: number; keeper: Running; shell: number }) => Promise<void>,
  told: RegExp,
]

const victims: Victim[] = [
  ['the keeper', ({ keeper }) => keeper.killAll(), /delay was cut short: .* 5000 again/],
  [
    'what sets it back',
    async ({ shell }) => {
      process.kill(shell, 'SIGKILL')
    },
    /was left at 500: set back to 5000: OK/,
  ],
  [
    'the server',
    async ({ release, master }) => {
      await release.kill(master)
      await release.start(master)
    },
    /start +\S+-server/,
  ],
]

test.proves({
  topic: 'Loss and recovery',
  promise: 'No server keeps a short node timeout, whatever is killed while its delay is cut short',
  bound: `the release’s own within ${SET_BACK / 1000} s`,
})
test('of a master that comes back the keeper, the server, or what sets the timeout back', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const held = await holdShort(release)
  for (const [name, kill, told] of victims) {
    const [master = 0] = await mastersOf(release)
    const others = all(release).filter((ordinal) => ordinal !== master)
    await release.kill(...all(release))
    await held.wait(master)
    await startAlone(release, master)
    const keeper = await release.background('keeper.sh', { ORDINAL: `${master}` })
    await release.keep(...others)
    await release.start(...others)
    const shell = await held.short()
    assert.is((await timeouts(release))[master], '500', name)
    const before = (await release.log(master)).length
    await kill({ release, master, keeper, shell })
    await untilSetBack(release, '5000')
    const after = (await release.log(master)).slice(before) + keeper.output()
    assert.match(after, told, name)
    await keeper.killAll()
    await release.keep(master)
    await untilWhole(release)
  }
})

test.run()
