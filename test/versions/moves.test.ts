import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Proof } from '../runner/proof.ts'
import { suite } from '../runner/suite.ts'
import type { Loopback } from '../shared/loopback/loopback.ts'
import type { Engine } from '../shared/loopback/programs.ts'
import { size } from '../shared/loopback/upgrade.ts'
import { addEmpty, beginMove, masters, slotsOf, untilStill } from './moving.ts'

const test = suite('slots that servers move on when the run that began it is gone', { timeout: 90_000 })

const CALLED_BACK: Proof = {
  topic: 'Scaling',
  promise:
    'Slots that the servers still move on their own, when the run that began it is gone, reach no pod that goes',
}

const engines: Engine[] = [
  { name: 'valkey', version: '9.1' },
  { name: 'redis', version: '8.6' },
]

/** Runs a Job for three masters, which must succeed, and returns what it said. */
async function job(release: Loopback, script: string): Promise<string> {
  const { code, stdout, stderr } = await release.script(script, [], { ...size(3, 0), DEADLINE_SECONDS: '35' })
  assert.is(code, 0, stdout + stderr)
  return stdout
}

for (const engine of engines) {
  const on = `${engine.name} ${engine.version}`

  test.proves(CALLED_BACK)
  test(`${on}: they are called back before a pod may go that they move to`, async (_, scope) => {
    const release = await masters(scope, engine)
    const before = await slotsOf(release, 0)
    await addEmpty(release)
    await beginMove(release, engine, 3)
    const said = await job(release, 'preflight.sh')
    await untilStill(release)
    assert.is(await slotsOf(release, 3), '')
    assert.is(await slotsOf(release, 0), before)
    assert.match(said, /let pod 0 give up all moves of slots/)
    assert.match(said, /nothing is left on the pods from 3 on: they can go/)
  })

  test(`${on}: they are called back before an upgrade that changes no size`, async (_, scope) => {
    const release = await masters(scope, engine)
    const before = await slotsOf(release, 0)
    await writeFile(join(release.folder, 'topology', 'shards'), '3')
    await beginMove(release, engine, 1)
    await job(release, 'preflight.sh')
    await untilStill(release)
    assert.is(await slotsOf(release, 0), before)
  })

  test(`${on}: reconcile calls them back`, async (_, scope) => {
    const release = await masters(scope, engine)
    const before = await slotsOf(release, 0)
    await beginMove(release, engine, 1)
    await job(release, 'reconcile.sh')
    await untilStill(release)
    assert.is(await slotsOf(release, 0), before)
  })

  for (const [victim, what] of [
    [0, 'that they come from'],
    [3, 'that they go to'],
  ] as const)
    test(`${on}: no pod that may go has a slot, where a pod ${what} was lost and came back`, async (_, scope) => {
      const release = await masters(scope, engine)
      const before = await slotsOf(release, 0)
      await addEmpty(release)
      await beginMove(release, engine, 3)
      await release.kill(victim)
      await release.start(victim)
      await job(release, 'preflight.sh')
      await untilStill(release)
      assert.is(await slotsOf(release, 3), '')
      assert.is(await slotsOf(release, 0), before)
    })
}

test.run()
