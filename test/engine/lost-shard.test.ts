// depends on: protocol
import { rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import {
  aShard,
  countKeys,
  createWithKeys,
  shardsOf,
  untilLogged,
  untilWhole,
} from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { toItsEnd, upgrade } from '../shared/loopback/upgrade.ts'

const test = suite('a shard lost without volumes', { timeout: 120_000 })

/** Without a volume a pod comes back elsewhere, with nothing. */
async function comeBack(release: Loopback, ordinals: number[], { keepers = true } = {}): Promise<void> {
  for (const ordinal of ordinals) {
    for (const folder of [release.data(ordinal), release.run(ordinal)]) await rm(folder, { recursive: true })
    await release.place(ordinal, ordinal + 101)
  }
  await release.start(...ordinals)
  if (keepers) await release.keep(...ordinals)
}

const isReady = async (release: Loopback, ordinal: number) =>
  (await release.script('probe.sh', ['readiness'], { ORDINAL: `${ordinal}` })).code === 0

/** Waits until a pod counts another node as failed, or suspects it where nobody can agree. */
const untilMissing = (release: Loopback, ordinal: number) =>
  eventually(`pod ${ordinal} to miss slots`, { deadline: 20_000 }, async (see) => {
    const info = await release.ask(ordinal, 'CLUSTER', 'INFO')
    see(info)
    return !info.includes('cluster_slots_ok:16384') || undefined
  })

const losses: [name: string, lost: (own: number[], other: number[]) => number[], quick: boolean][] = [
  ['a shard without pod 0, whose pods are back before anybody misses them', (_, other) => other, true],
  [
    'two shards of three, pod 0’s among them, after their slots failed',
    (own, other) => [...own, ...other],
    false,
  ],
]

for (const [name, lostOf, quick] of losses) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'Without volumes, shards that lost all their pods come back empty, by themselves',
    bound: 'all keys that a pod still holds are there',
  })
  test(name, async (_, scope) => {
    const release = await prepare(scope, { volumes: false })
    await createWithKeys(release, all(release))
    const [own = [], other = [], third = []] = (await shardsOf(release)).sort(
      (one, two) => Math.min(...one) - Math.min(...two),
    )
    const lost = lostOf(own, other)
    const rest = all(release).filter((ordinal) => !lost.includes(ordinal))
    // Of a shard, whichever pod stays has its keys.
    const kept = await countKeys(
      release,
      [own, other, third].filter((shard) => shard.some((one) => rest.includes(one))).flat(),
    )
    await release.kill(...lost)
    if (!quick) await untilMissing(release, rest[0] ?? 0)
    await comeBack(release, lost)
    await untilMissing(release, rest[0] ?? 0)
    // A probe asks three others. If most pods are as new as this one, it can miss those that know the cluster.
    for (const ordinal of rest.length > lost.length ? lost : [])
      assert.not.ok(await isReady(release, ordinal), `pod ${ordinal} has no slots`)
    await untilLogged(
      release,
      0,
      /lost .* slots \([^)]*\) with node [0-9a-f]{40}: no pod has their data/,
      60_000,
    )
    await untilWhole(release, 60_000)
    assert.is(await countKeys(release, all(release)), kept)
    for (const ordinal of lost) assert.ok(await isReady(release, ordinal), `pod ${ordinal} is of use again`)
  })
}

test('a shard and two more masters, whose replicas live: those wait for a person, who names the masters', async (_, scope) => {
  const release = await prepare(scope, { volumes: false })
  await createWithKeys(release, all(release))
  const [own = [], other = [], third = []] = (await shardsOf(release)).sort(
    (one, two) => Math.min(...one) - Math.min(...two),
  )
  const kept = await countKeys(release, [...other, ...third])
  const [master = -1, successor = -1] = other
  const gone = [master, third[0] ?? -1]
  const ids = await Promise.all(gone.map((ordinal) => release.ask(ordinal, 'CLUSTER', 'MYID')))
  await release.kill(...own, ...gone)
  await untilMissing(release, successor)
  await comeBack(release, [...own, ...gone])
  await untilLogged(release, 0, /no replica has taken over yet .* too few to vote for replicas/, 60_000)
  assert.match(await release.ask(successor, 'ROLE'), /^slave/)
  const env = { TAKE_OVER_FROM: ids.join(), DEADLINE_SECONDS: '60' }
  const preflight = await release.script('preflight.sh', [], env)
  assert.is(preflight.code, 0, preflight.stdout)
  await toItsEnd(release, 'reconcile.sh')
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), kept)
})

test('the preflight of a smaller cluster gives them out, and the upgrade goes on', async (_, scope) => {
  const release = await prepare(scope, { shards: 4, volumes: false })
  await release.start(...all(release))
  await toItsEnd(release, 'reconcile.sh')
  const lost = await aShard(release)
  await release.kill(...lost)
  await untilMissing(release, all(release).find((ordinal) => !lost.includes(ordinal)) ?? 0)
  await comeBack(release, lost, { keepers: false })
  const jobs = await upgrade(release, 8, 3, 1, { keepers: false })
  assert.match(jobs, /lost +4096 slots/)
})

test.run()
