import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { aShard, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'

const test = suite('a slot that is half moved on a replica alone', { timeout: 90_000 })

/** A pod's own line in CLUSTER NODES. */
async function ownLine(release: Loopback, ordinal: number): Promise<string> {
  const lines = (await release.ask(ordinal, 'CLUSTER', 'NODES')).split('\n')
  return lines.find((line) => line.includes('myself')) ?? ''
}

/** A cluster, one of its masters, the first and last slot of another, and what opens and closes a slot on the first. */
async function twoMasters(scope: Scope) {
  const release = await prepare(scope, { engine: { name: 'valkey', version: '8.1' } })
  await release.start(...all(release))
  await toItsEnd(release, 'reconcile.sh')
  const [master, replica] = await aShard(release)
  const lines = (await release.ask(master, 'CLUSTER', 'NODES')).split('\n')
  const [otherId = '', , , , , , , , range = ''] =
    lines.find((line) => / master .*\d-\d/.test(line))?.split(' ') ?? []
  const other = all(release).find((one) =>
    lines.some((line) => line.startsWith(`${otherId} ${release.address(one)}:`)),
  )
  const [first = '', last = ''] = range.split('-')
  return { release, master, replica, other: other ?? -1, otherId, first, last: Number(last) }
}

/** Leaves a slot half moved on the replica of a master, which was away when its master closed the slot. */
async function leaveOpen(scope: Scope) {
  const them = await twoMasters(scope)
  const { release, master, replica, otherId, first } = them
  assert.is(await release.ask(master, 'CLUSTER', 'SETSLOT', first, 'IMPORTING', otherId), 'OK')
  await eventually('the replica to hear of it', { deadline: 10_000 }, async (see) => {
    const line = await ownLine(release, replica)
    see(line)
    return line.includes(`[${first}-<-`) || undefined
  })
  await release.kill(replica)
  await eventually('the master to close the slot', { deadline: 10_000 }, async (see) => {
    const answer = await release.ask(master, 'CLUSTER', 'SETSLOT', first, 'STABLE')
    see(answer)
    return answer === 'OK' || undefined
  })
  await release.start(replica)
  await release.keep(...all(release))
  await untilWhole(release)
  assert.ok((await ownLine(release, replica)).includes(`[${first}-<-`), await ownLine(release, replica))
  assert.not.match(await ownLine(release, master), '[')
  return them
}

test.proves({
  topic: 'Scaling',
  promise: 'A slot that only a replica still shows as half moved stops no upgrade',
})
test('an upgrade that moves nothing goes through', async (_, scope) => {
  const { release } = await leaveOpen(scope)
  const said = (await toItsEnd(release, 'preflight.sh')) + (await toItsEnd(release, 'reconcile.sh'))
  assert.not.match(said, 'half')
})

test('an upgrade that moves slots has the master close it first', async (_, scope) => {
  const { release, master, replica, other, otherId, last } = await leaveOpen(scope)
  const id = await release.ask(master, 'CLUSTER', 'MYID')
  // Two hundred slots of the other master, in which no key is: who was importing a slot takes it with a newer epoch.
  assert.is(await release.ask(master, 'CLUSTER', 'SETSLOT', `${last}`, 'IMPORTING', otherId), 'OK')
  for (let slot = last; slot > last - 200; slot--)
    for (const to of [master, other])
      assert.is(await release.ask(to, 'CLUSTER', 'SETSLOT', `${slot}`, 'NODE', id), 'OK')
  const said = await toItsEnd(release, 'reconcile.sh')
  assert.match(said, / tell its replicas that slot \d+ is not on its way/)
  assert.match(said, / slots moved, now from pod /)
  assert.not.match(await ownLine(release, replica), '[')
  await untilWhole(release)
})

test.run()
