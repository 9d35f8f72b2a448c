import { spawn } from 'node:child_process'
import { stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { run } from '../../runner/command.ts'
import { eventually } from '../../runner/deadline.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('whether a keeper still works')

const inFolder = (work: string) => ({
  PATH: `${work}:${process.env.PATH}`,
  WORK: work,
  DATA: work,
  TOPOLOGY: work,
  ...{ NAME: 'r', SERVICE: 'r-headless', RELEASE: 'ns/r', POD_NAME: 'r-0', POD_IP: '127.0.0.1' },
})

/** The probe's verdict on a keeper whose last round began so many seconds ago. */
async function probe(work: string, seconds: number): Promise<number> {
  const began = new Date(Date.now() - seconds * 1000)
  await utimes(join(work, 'heartbeat'), began, began)
  return (await run('sh', [join(work, 'alive.sh')], { env: inFolder(work) })).code
}

async function scripts(scope: Scope): Promise<string> {
  const work = await folder(scope)
  await copyPodScripts(work)
  return work
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A keeper that hangs is started anew',
  bound: 'after five minutes; its server is not touched',
})
test('a keeper counts as hanging once its last round began five minutes ago, and not before', async (_, scope) => {
  const work = await scripts(scope)
  assert.not(
    await run('sh', [join(work, 'alive.sh')], { env: inFolder(work) }).then(({ code }) => code === 0),
  )
  await writeFile(join(work, 'heartbeat'), '')
  assert.is(await probe(work, 0), 0)
  assert.is(await probe(work, 150), 0)
  assert.is(await probe(work, 310), 1)
})

test('a keeper at work begins round after round, with a server that does not answer too', async (_, scope) => {
  const work = await scripts(scope)
  await writeFile(join(work, 'maintenance'), 'false')
  const keeper = spawn('sh', [join(work, 'keeper.sh')], { env: inFolder(work), stdio: 'ignore' })
  scope.defer(async () => {
    keeper.kill('SIGTERM')
  })
  const beat = async () => (await stat(join(work, 'heartbeat')).catch(() => undefined))?.mtimeMs
  const seen = new Set<number>()
  await eventually('three rounds', { deadline: 20_000, every: 50 }, async () => {
    const at = await beat()
    if (at !== undefined) seen.add(at)
    return seen.size >= 3 || undefined
  })
})

test.run()
