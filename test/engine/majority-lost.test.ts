// depends on: protocol
import { rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, mastersOf, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { layouts } from '../shared/loopback/toolbox.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'

const test = suite('a majority of masters that is gone for good', { timeout: 150_000 })

/** What an upgrade's first Job says and ends with, told that these nodes are gone for good. */
const preflight = (release: Loopback, gone: string[] = []) =>
  release.script('preflight.sh', [], { TAKE_OVER_FROM: gone.join(',') })

const epochs = (release: Loopback, ordinals: number[]) =>
  Promise.all(
    ordinals.map(async (ordinal) => {
      const info = await release.ask(ordinal, 'CLUSTER', 'INFO')
      return /cluster_current_epoch:\d+/.exec(info)?.[0]
    }),
  )

/** A release two of whose three masters were killed, and whose machines and volumes will not come back. */
async function loseTwoOf(release: Loopback) {
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  const lost = (await mastersOf(release)).slice(0, 2)
  const ids = await Promise.all(lost.map((ordinal) => release.ask(ordinal, 'CLUSTER', 'MYID')))
  const left = all(release).filter((ordinal) => !lost.includes(ordinal))
  await release.kill(...lost)
  for (const ordinal of lost) await rm(release.data(ordinal), { recursive: true })
  await eventually('the cluster to be down', { deadline: 30_000 }, async () => {
    const states = await Promise.all(left.map((ordinal) => release.ask(ordinal, 'CLUSTER', 'INFO')))
    return states.every((state) => state.includes('cluster_state:fail')) || undefined
  })
  return { keys, lost, ids, left }
}

for (const layout of layouts) {
  test.proves({
    topic: 'Loss and recovery',
    promise:
      'When most masters are gone for good, their replicas take over once a person names those masters',
    bound: 'no key that a replica had is lost; silence is never taken for death',
  })
  test(`${layout}: its replicas take over once a person says so, and not before`, async (_, scope) => {
    const release = await prepare(scope, { layout })
    const { keys, lost, ids, left } = await loseTwoOf(release)
    const [first = 0] = lost
    const before = await epochs(release, left)

    const silent = await preflight(release, ids)
    assert.is(silent.code, 3, silent.stdout + silent.stderr)
    const name = release.mark.replace('/', ' ')
    assert.match(
      silent.stdout,
      new RegExp(
        `no answer from pod ${lost.join(' ')}, .* kubectl delete pod -n ${name}-${first} .*--force.* kubectl delete pvc`,
      ),
    )
    for (const ordinal of lost) await release.place(ordinal, undefined)

    const untold = await preflight(release)
    assert.is(untold.code, 0, untold.stdout + untold.stderr)
    for (const id of ids)
      assert.match(untold.stdout, new RegExp(`lost +node ${id}, .* keys of it .* heard from it \\d+s ago`))
    assert.ok(untold.stdout.includes('jobs.takeOverFrom={'), untold.stdout)
    const waiting = await release.script('reconcile.sh', [], { DEADLINE_SECONDS: '2' })
    assert.is(waiting.code, 1, waiting.stdout + waiting.stderr)
    assert.match(waiting.stdout, /Masters that answer: 1 of 3, too few .* docs\/healing\.md/)
    const asked = await preflight(release, ['unknown'])
    assert.is(asked.code, 3, asked.stdout + asked.stderr)
    assert.match(asked.stdout, /lost +node .* heard from it/)
    assert.ok(asked.stdout.includes(ids[0] ?? '') && asked.stdout.includes(ids[1] ?? ''), asked.stdout)
    const halfNamed = await preflight(release, ids.slice(0, 1))
    assert.is(halfNamed.code, 3, halfNamed.stdout + halfNamed.stderr)
    assert.is((await mastersOf(release, left)).length, 1)
    assert.equal(await epochs(release, left), before, 'nothing was changed')

    const told = await preflight(release, ids)
    assert.is(told.code, 0, told.stdout + told.stderr)
    assert.is((await mastersOf(release, left)).length, 3)
    assert.is(await countKeys(release, left), keys)
    await eventually('all slots to be served', { deadline: 15_000 }, async (see) => {
      const states = await Promise.all(left.map((ordinal) => release.ask(ordinal, 'CLUSTER', 'INFO')))
      see(states.join('\n'))
      return states.every((state) => /cluster_state:ok[\s\S]*cluster_slots_ok:16384/.test(state)) || undefined
    })

    const after = await epochs(release, left)
    const again = await preflight(release, ids)
    assert.is(again.code, 0, again.stdout + again.stderr)
    assert.match(again.stdout, /jobs\.takeOverFrom has no more to do/)
    assert.equal(await epochs(release, left), after, 'a value that was left behind does nothing')

    await release.start(...lost)
    await release.keep(...lost)
    await toItsEnd(release, 'reconcile.sh')
    await untilWhole(release)
    assert.is(await countKeys(release, all(release)), keys)
  })
}

test('its pods came back empty: the cluster waits until a person says so, and then they become replicas', async (_, scope) => {
  const release = await prepare(scope)
  const { keys, lost, ids, left } = await loseTwoOf(release)
  for (const ordinal of lost) await release.place(ordinal, ordinal + 101)
  await release.start(...lost)
  await release.keep(...lost)
  const refused = await release.script('reconcile.sh')
  assert.is(refused.code, 3, refused.stdout + refused.stderr)
  assert.match(
    refused.stdout,
    /which owns slots, .* Masters that answer: 1 of 3, too few .* docs\/healing\.md/,
  )
  const told = await preflight(release, ids)
  assert.is(told.code, 0, told.stdout + told.stderr)
  assert.is((await mastersOf(release, left)).length, 3)
  await toItsEnd(release, 'reconcile.sh')
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test.run()
