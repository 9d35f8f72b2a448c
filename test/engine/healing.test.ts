// depends on: protocol
import { rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, nodesKnown, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

const test = suite('healing', { timeout: 90_000 })

/** Stops all pods and starts them where `at` says. */
async function moveAll(release: Loopback, at: (ordinal: number) => number): Promise<void> {
  await release.kill(...all(release))
  for (const ordinal of all(release)) await release.place(ordinal, at(ordinal))
  await release.start(...all(release))
  await release.keep(...all(release))
}

const moves: [name: string, at: (ordinal: number) => number][] = [
  ['all pods come back at new addresses', (ordinal) => ordinal + 101],
  ['pods come back at each other’s addresses', (ordinal) => ((ordinal + 1) % 6) + 1],
  ['one pod comes back at a new address', (ordinal) => (ordinal === 2 ? 99 : ordinal + 1)],
]

for (const [name, at] of moves) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'Pods that come back at other addresses are the cluster they were',
    bound: 'all keys are there',
  })
  test(`${name}, and nothing is lost`, async (_, scope) => {
    const release = await prepare(scope)
    await createWithKeys(release, all(release))
    const keys = await countKeys(release, all(release))
    await moveAll(release, at)
    await untilWhole(release)
    assert.is(await countKeys(release, all(release)), keys)
  })
}

test.proves({
  topic: 'Loss and recovery',
  promise:
    'After the loss of all pods, one of which cannot start, the others serve all slots, and it is whole when it comes back',
})
test('without one of them the others become a cluster again, and the last joins them later', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  await release.kill(...all(release))
  for (const ordinal of all(release)) await release.place(ordinal, ordinal + 101)
  await release.place(5, undefined)
  const others = all(release).slice(0, 5)
  await release.start(...others)
  await release.keep(...others)
  await eventually('the others to serve all slots', { deadline: 25_000 }, async (see) => {
    const infos = await Promise.all(others.map((ordinal) => release.ask(ordinal, 'CLUSTER', 'INFO')))
    see(infos.join('\n'))
    return infos.every((info) => /cluster_state:ok[\s\S]*cluster_slots_ok:16384/.test(info)) || undefined
  })
  await release.start(5)
  await release.keep(5)
  await untilWhole(release)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A pod that lost its volume joins again, and the next upgrade forgets what it was',
})
test('a pod that lost its volume joins again, its shard has its replica, and the next upgrade forgets its old id', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  await release.kill(0)
  await rm(release.data(0), { recursive: true })
  await release.place(0, 100)
  await release.start(0)
  await release.keep(0)
  const unready = await release.script('probe.sh', ['readiness'])
  assert.is.not(unready.code, 0, 'a pod that is not part of the cluster is not ready')
  await untilLogged(release, 0, /join +becomes a replica of [0-9a-f]{40}: OK/, 30_000)
  await eventually('pod 0 to be ready', { deadline: 10_000 }, async () => {
    return (await release.script('probe.sh', ['readiness'])).code === 0 || undefined
  })
  const upgrade = await release.script('reconcile.sh')
  assert.is(upgrade.code, 0, upgrade.stdout)
  assert.match(upgrade.stdout, /forget node/)
  for (const ordinal of all(release))
    assert.is((await nodesKnown(release, ordinal)).length, 6, `what pod ${ordinal} knows`)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test('all pods gone with all they had: the cluster is created anew, without any help', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await createWithKeys(release, all(release))
  await release.kill(...all(release))
  for (const ordinal of all(release)) await rm(release.data(ordinal), { recursive: true })
  await release.start(...all(release))
  await release.keep(...all(release))
  await untilWhole(release, 40_000)
})

test.run()
