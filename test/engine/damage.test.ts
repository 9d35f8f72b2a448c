// depends on: formats
import { open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

interface Context {
  release: Loopback
  keys: number
}

const test = suite<Context>('an append-only file that is damaged', {
  timeout: 90_000,
  async setup(scope) {
    const release = await prepare(scope)
    await createWithKeys(release, all(release))
    return { release, keys: await countKeys(release, all(release)) }
  },
})

/** A master, which has keys that only the end of its file holds. */
async function anyMaster(release: Loopback): Promise<number> {
  for (const ordinal of all(release))
    if ((await release.ask(ordinal, 'ROLE')).startsWith('master')) return ordinal
  throw new Error('no master')
}

/** The file that a server appends to: one of a folder, or the only one. */
async function appended(release: Loopback, ordinal: number): Promise<string> {
  const data = release.data(ordinal)
  const files = (await readdir(data, { recursive: true })).filter((file) => /\.aof$/.test(file)).sort()
  return join(data, files.at(-1) ?? '')
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master with a damaged append-only file lets its replica take over first',
  bound: 'all keys are there',
})
test('cut off at its end: the replica, which has that end, takes over first', async ({ release, keys }) => {
  const master = await anyMaster(release)
  await release.kill(master)
  const file = await appended(release, master)
  await truncate(file, (await stat(file)).size - 100)
  await release.start(master)
  await release.keep(master)
  assert.match(await release.log(master), /this master's append-only file is damaged: waiting/)
  assert.match(await release.log(master), /its slots have another owner now/)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'A master with a damaged append-only file lets its replica take over first',
  bound: 'all keys are there',
})
test('damaged in the middle: the replica takes over, the server does not start, and its log says what to do', async ({
  release,
  keys,
}) => {
  const master = await anyMaster(release)
  assert.is((await release.script('probe.sh', ['readiness'], { ORDINAL: `${master}` })).code, 0)
  await release.kill(master)
  const file = await appended(release, master)
  const text = await readFile(file, 'latin1')
  const command = text.indexOf('\n*', text.length / 2) + 1
  assert.ok(command > 0)
  const damaging = await open(file, 'r+')
  await damaging.write('X', command)
  await damaging.close()
  const start = () => release.start(master).then(() => 'started', String)
  assert.match(await start(), /did not start/)
  assert.match(
    await release.log(master),
    /append-only file is damaged: waiting.*\n.*its slots have another owner now/,
  )
  const others = all(release).filter((ordinal) => ordinal !== master)
  assert.is(await countKeys(release, others), keys)
  assert.not.match(await release.log(master), /delete the PersistentVolumeClaim/)

  assert.match(await start(), /did not start/)
  assert.match(await release.log(master), /delete the PersistentVolumeClaim data-\S+ and then the pod/)
  // What it says works.
  await rm(release.data(master), { recursive: true })
  await release.start(master)
  await release.keep(master)
  await untilLogged(release, master, /becomes a replica of \S+: OK/, 30_000)
  assert.is((await release.script('reconcile.sh')).code, 0)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test.run()
