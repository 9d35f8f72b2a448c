import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import type { Engine } from '../shared/loopback/programs.ts'

const test = suite('a nodes.conf with a replica in another shard than its master’s', { timeout: 90_000 })

/** The engines that refuse to start with it; Redis 8 and Valkey 9.1 go by the master's shard. */
const engines: Engine[] = [
  { name: 'valkey', version: '8.0' },
  { name: 'valkey', version: '8.1' },
]

for (const engine of engines) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'A lost or damaged nodes.conf does not cost a node its identity',
    bound: 'all keys are there',
  })
  test(`${engine.name} ${engine.version}: every node starts from it, and is who it was`, async (_, scope) => {
    const release = await prepare(scope, { engine })
    await createWithKeys(release, all(release))
    await untilWhole(release)
    const keys = await countKeys(release, all(release))
    const ids = await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'CLUSTER', 'MYID')))
    await release.kill(...all(release))
    for (const ordinal of all(release)) await moveReplicas(join(release.data(ordinal), 'nodes.conf'))
    await release.start(...all(release))
    await release.keep(...all(release))
    await untilWhole(release)
    for (const ordinal of all(release)) {
      assert.match(await release.log(ordinal), /a replica in another shard than its master's/)
      assert.is(await release.ask(ordinal, 'CLUSTER', 'MYID'), ids[ordinal])
    }
    assert.is(await countKeys(release, all(release)), keys)
  })
}

/** Writes down for each replica a shard that is not its master's, as a server does that ends before it has heard of it. */
async function moveReplicas(file: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const moved = text.replace(/(?<=shard-id=)[0-9a-f]{8}(?=[0-9a-f]{32}\S* \S*slave )/g, 'badbadba')
  assert.is.not(moved, text)
  await writeFile(file, moved)
}

test.run()
