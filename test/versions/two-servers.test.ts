import * as assert from 'uvu/assert'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import type { Engine } from '../shared/loopback/programs.ts'

const test = suite('a second server on a volume', { timeout: 90_000 })

/** Both lose their own lock, on nodes.conf, as soon as they write that file anew. */
const engines: Engine[] = [
  { name: 'redis', version: '8.0' },
  { name: 'valkey', version: '9.1' },
]

for (const engine of engines) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'The successor of a pod deleted by force opens its volume only after the old server has ended',
  })
  test(`${engine.name} ${engine.version}: it waits until the first has ended, then it is that node`, async (_, scope) => {
    const release = await prepare(scope, { engine })
    await createWithKeys(release, all(release))
    await untilWhole(release)
    const keys = await countKeys(release, all(release))
    const successor = await release.background('start.sh', { ORDINAL: '1' })
    await eventually('the successor to wait', { deadline: 10_000, every: 100 }, async (see) => {
      see(successor.output())
      return successor.output().includes('another server still has this volume open') || undefined
    })
    await pause(2000)
    assert.not.match(successor.output(), / start /)
    await release.kill(1)
    await release.keep(1)
    await untilWhole(release)
    assert.match(successor.output(), / start .*-server/)
    assert.is(await countKeys(release, all(release)), keys)
  })
}

test.run()
