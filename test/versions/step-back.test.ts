import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { findVersion } from '../kube/images.ts'
import { eventually } from '../runner/deadline.ts'
import type { Proof } from '../runner/proof.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import type { Engine } from '../shared/loopback/programs.ts'
import { tailOf } from './files.ts'

const test = suite('an older version of the engine with the same format', { timeout: 120_000 })

const NEW: Engine = { name: 'valkey', version: '8.1' }
const OLD: Engine = { name: 'valkey', version: '8.0' }

const STEP_BACK: Proof = {
  topic: 'Another version of the engine',
  promise: 'A step back to an older version with the same format starts from every file',
  bound: 'no file ends in a command from before the preflight; where that cannot be had, nothing changes',
}

/** A cluster of an engine, and a command at the end of every pod's file. */
async function cluster(
  scope: Scope,
  engine: Engine,
  { conf = '', command = ['SET', 'KEY', 'written-before'] } = {},
): Promise<Loopback> {
  const release = await prepare(scope, { engine, conf, podEnv: { ZONE: 'eu-1a' } })
  await release.start(...all(release))
  const job = await release.script('reconcile.sh')
  assert.is(job.code, 0, job.stdout + job.stderr)
  await untilWhole(release)
  await write(release, command)
  return release
}

/** Has every shard carry a command out, and waits until it stands in the files of all pods; KEY becomes a key of the shard. */
async function write(release: Loopback, command: string[]): Promise<void> {
  for (const key of ['a', 'b', 'c']) {
    const words = command.map((word) => word.replace('KEY', key))
    const answers = await Promise.all(all(release).map((ordinal) => release.ask(ordinal, ...words)))
    assert.ok(
      answers.some((answer) => /^(OK|1)$/.test(answer)),
      answers.join('\n'),
    )
  }
  await eventually(
    'the command to stand in all files',
    { deadline: 5000 },
    async () => (await tails(release)).every((tail) => tail.includes(command.at(-1) ?? '')) || undefined,
  )
}

const tails = (release: Loopback) => Promise.all(all(release).map((ordinal) => tailOf(release, ordinal)))

/** Restarts all pods from the top, as the StatefulSet does, and waits until all is well. */
async function roll(release: Loopback): Promise<void> {
  for (const ordinal of all(release).reverse()) {
    await release.kill(ordinal)
    await release.start(ordinal)
    await untilWhole(release)
  }
}

test.proves(STEP_BACK)
test(`${NEW.version} to ${OLD.version}: no file ends in a command from before the preflight`, async (_, scope) => {
  const release = await cluster(scope, NEW)
  await release.changeEngine(OLD)
  const job = await release.script('preflight.sh')
  assert.is(job.code, 0, job.stdout + job.stderr)
  for (const tail of await tails(release)) assert.not.match(tail, /written-before/)
  assert.match(job.stdout, /clients must not use commands that came after valkey 8\.0/)
  await roll(release)
  assert.match(await release.ask(0, 'INFO', 'server'), /valkey_version:8\.0/)
})

test('the same version again, and a newer one, need no rewrite', async (_, scope) => {
  const release = await cluster(scope, OLD)
  for (const engine of [OLD, NEW]) {
    await release.changeEngine(engine)
    const job = await release.script('preflight.sh')
    assert.is(job.code, 0, job.stdout + job.stderr)
    for (const tail of await tails(release)) assert.match(tail, /written-before/)
  }
})

test('a rewrite that somebody else began does not count', async (_, scope) => {
  const release = await cluster(scope, NEW)
  // Four seconds for each key: long enough to write something while it goes on.
  for (const ordinal of all(release)) {
    await release.ask(ordinal, 'CONFIG', 'SET', 'rdb-key-save-delay', '4000000')
    await release.ask(ordinal, 'BGREWRITEAOF')
    await release.ask(ordinal, 'CONFIG', 'SET', 'rdb-key-save-delay', '0')
  }
  await write(release, ['SET', 'KEY', 'written-meanwhile'])
  assert.match(await release.ask(0, 'INFO', 'persistence'), /aof_rewrite_in_progress:1/)
  await release.changeEngine(OLD)
  const job = await release.script('preflight.sh', [], { DEADLINE_SECONDS: '35' })
  assert.is(job.code, 0, job.stdout + job.stderr)
  for (const tail of await tails(release)) assert.not.match(tail, /written-meanwhile/)
})

test.proves(STEP_BACK)
test('a rewrite that cannot begin refuses the change, by the pod', async (_, scope) => {
  const release = await cluster(scope, NEW)
  const folder = join(release.data(4), 'appendonlydir')
  await rename(folder, `${folder}-aside`)
  await writeFile(folder, 'no folder')
  await refused(release, /every append-only file is rewritten, and pod 4 answered: ERR Can't execute/)
})

test.proves(STEP_BACK)
test('a rewrite that fails refuses the change, by the pod', async (_, scope) => {
  const release = await cluster(scope, NEW)
  await release.ask(2, 'CONFIG', 'SET', 'rdb-key-save-delay', '10000000')
  await release.changeEngine(OLD)
  const job = await release.background('preflight.sh')
  const server = /process_id:(\d+)/.exec(await release.ask(2, 'INFO', 'server'))?.[1]
  const child = await eventually('the rewrite of pod 2', { deadline: 10_000, every: 50 }, async () => {
    const children = await readFile(`/proc/${server}/task/${server}/children`, 'utf8')
    return children.trim() || undefined
  })
  process.kill(Number(child), 'SIGKILL')
  assert.is(await job.ended, 3, job.output())
  assert.match(job.output(), /pod 2 says that its rewrite failed/)
  assert.match(job.output(), /nothing was changed$/m)
})

test.proves(STEP_BACK)
test('a rewrite that does not end in time refuses the change, by the pod', async (_, scope) => {
  const release = await cluster(scope, NEW)
  await release.ask(1, 'CONFIG', 'SET', 'rdb-key-save-delay', '20000000')
  await refused(release, /pod 1 has not ended its rewrite within jobs\.deadlineSeconds, 5s/, {
    DEADLINE_SECONDS: '5',
  })
})

test('a pod that does not answer refuses the change, unless that is allowed', async (_, scope) => {
  const release = await cluster(scope, NEW)
  await release.kill(5)
  await refused(release, /pod 5 does not answer.* set jobs\.allowSilence/, { DEADLINE_SECONDS: '30' })
  const job = await release.script('preflight.sh', [], { DEADLINE_SECONDS: '30', ALLOW_SILENCE: 'true' })
  assert.is(job.code, 0, job.stdout + job.stderr)
})

async function refused(release: Loopback, reason: RegExp, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await release.changeEngine(OLD)
  const job = await release.script('preflight.sh', [], env)
  assert.is(job.code, 3, job.stdout + job.stderr)
  assert.match(job.stdout, reason)
  assert.match(job.stdout, /nothing was changed$/m)
}

/** Pairs with a command that only the newer of the two knows: in its file it keeps the older from starting. */
const pairs: [from: Engine, to: Engine, command: string[]][] = [
  [
    { name: 'redis', version: '8.4' },
    { name: 'redis', version: '8.0' },
    ['MSETEX', '1', 'KEY', 'written-before'],
  ],
  [
    { name: 'valkey', version: '9.1' },
    { name: 'valkey', version: '9.0' },
    ['MSETEX', '1', 'KEY', 'written-before'],
  ],
]

for (const [from, to, command] of pairs) {
  const name = `${from.name} ${from.version} to ${to.version}: starts although ${command[0]} was used before`
  if ((await findVersion(from.name, from.version)) && (await findVersion(to.name, to.version)))
    test(name, async (_, scope) => {
      const release = await cluster(scope, from, { command })
      await release.changeEngine(to)
      const job = await release.script('preflight.sh')
      assert.is(job.code, 0, job.stdout + job.stderr)
      await roll(release)
    })
  else console.log(`\nNOT RUN: ${name}: the table of images lacks one of the two`)
}

test.run()
