import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { eventually } from '../../runner/deadline.ts'
import { suite } from '../../runner/suite.ts'
import { runBeside } from '../../shared/loopback/processes.ts'

const test = suite('processes of a pod without Kubernetes')

test('a script that is killed leaves nothing behind, not even what its timeout has started', async (_, scope) => {
  const folder = await mkdtemp(join(tmpdir(), 'processes-'))
  scope.defer(() => rm(folder, { recursive: true }))
  await symlink('/bin/sh', join(folder, 'sh'))
  const [script, ticks] = [join(folder, 'script.sh'), join(folder, 'ticks')]
  await writeFile(script, `timeout 5 sh -c 'while :; do echo tick; sleep 0.1; done >${ticks}'; :\n`)
  const running = runBeside(folder, script, process.env)
  await eventually(
    'the script to tick',
    { deadline: 5_000 },
    async () => (await readFile(ticks, 'utf8').catch(() => '')).includes('tick') || undefined,
  )
  await running.killAll()
  const before = await readFile(ticks, 'utf8')
  await sleep(500)
  assert.is(await readFile(ticks, 'utf8'), before)
})

test.run()
