import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually, pause } from '../harness/deadline.ts'
import { suite } from '../harness/suite.ts'
import { untilMarked } from './copying.ts'
import { all, prepare } from './release.ts'
import { aShard, createWithKeys, keysOf, untilWhole } from './whole.ts'

const test = suite('addresses that others have taken', { timeout: 120_000 })

const NET = 'shared'

test.proves({
  topic: 'Loss and recovery',
  promise: 'A pod that comes back takes no stranger at a remembered address for the node that was there',
})
test('a pod that missed a takeover comes back, and another release has the old master’s address: the new one stays', async (_, scope) => {
  const release = await prepare(scope, { net: NET })
  await createWithKeys(release, all(release))
  await untilWhole(release)
  const keys = await keysOf(release, all(release))
  const [master, replica] = await aShard(release)
  const away = all(release).find((one) => one !== master && one !== replica) ?? 0

  await release.kill(away)
  assert.is(await release.ask(replica, 'CLUSTER', 'FAILOVER'), 'OK')
  await pause(2000)
  assert.match(await release.ask(replica, 'ROLE'), /^master/)
  await release.kill(master)

  // A node of another release, whose epoch is far ahead, comes up where the old master was.
  const other = await prepare(scope, { shards: 3, replicas: 0, net: NET })
  await other.place(0, Number(release.address(master).split('.').at(-1)))
  await other.start(0)
  assert.is(await other.ask(0, 'CLUSTER', 'SET-CONFIG-EPOCH', '50'), 'OK')

  await release.start(away)
  await pause(3000)
  // What the pod that was away makes of whom it finds there depends on who is heard first; that it finds nobody does not.
  assert.not.match(await release.ask(away, 'CLUSTER', 'NODES'), / 50 (dis)?connected/)
  assert.match(await release.ask(replica, 'ROLE'), /^master/)
  await release.place(master, 99)
  await release.start(master)
  await release.keep(away, master)
  await untilWhole(release)
  assert.match(await release.ask(replica, 'ROLE'), /^master/)
  assert.is(await keysOf(release, all(release)), keys)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A pod that comes back takes no stranger at a remembered address for the node that was there',
})
test('all pods stop, and another release has the first one’s address: the second comes up alone, and takes nobody for it', async (_, scope) => {
  const release = await prepare(scope, { net: NET })
  await createWithKeys(release, all(release))
  await untilWhole(release)
  await release.kill(...all(release))
  const other = await prepare(scope, { shards: 3, replicas: 0, net: NET })
  await other.place(0, Number(release.address(0).split('.').at(-1)))
  await other.start(0)
  assert.is(await other.ask(0, 'CLUSTER', 'SET-CONFIG-EPOCH', '50'), 'OK')
  await release.start(1)
  await pause(2000)
  const nodes = await release.ask(1, 'CLUSTER', 'NODES')
  assert.not.match(nodes, / 50 (dis)?connected/)
  // Without an address it would never be counted as failed, and so never be replaced.
  assert.not.match(nodes, /noaddr/)
})

test('all servers killed while no name resolves: they find each other where they were', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  await untilWhole(release)
  await untilMarked(release)
  const keys = await keysOf(release, all(release))
  await release.kill(...all(release))
  await writeFile(join(release.bin, 'getent'), '#!/bin/sh\nexit 2\n')
  await release.start(...all(release))
  for (const ordinal of all(release))
    await eventually(`pod ${ordinal} to find the others`, { deadline: 25_000 }, async (see) => {
      const nodes = await release.ask(ordinal, 'CLUSTER', 'NODES')
      see(nodes)
      return (nodes.match(/:6379@.* connected/g)?.length === 6 && !/fail/.test(nodes)) || undefined
    })
  assert.match(await release.log(0), /no name resolves/)
  assert.is(await keysOf(release, all(release)), keys)
})

test.run()
