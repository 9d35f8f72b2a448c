import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { run } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('whether a server is alive')

/** Whether the liveness probe passes if the engine's client does this. */
async function isAlive(scope: Scope, client: string): Promise<boolean> {
  const work = await folder(scope)
  await copyPodScripts(work)
  await writeFile(join(work, 'valkey-cli'), `#!/bin/sh\n${client}\n`, { mode: 0o755 })
  const env = { PATH: `${work}:${process.env.PATH}`, POD_IP: '10.0.0.1', POD_NAME: 'r-0', RELEASE: 'ns/r' }
  return (await run('sh', [join(work, 'probe.sh'), 'liveness'], { env })).code === 0
}

const answers = [
  'PONG',
  'LOADING Redis is loading the dataset in memory',
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  'MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.',
  'NOAUTH Authentication required.',
  'ERR max number of clients reached',
]

test.proves({
  topic: 'Loss and recovery',
  promise: 'A server that loads its data, runs a script or has lost its master is not killed for it',
  bound: 'whatever the engine’s client warns of beside the answer',
})
for (const [name, warning] of [
  ['a client that says nothing else', ''],
  ['a client that warns of a password', "echo 'Warning: Using a password may not be safe.' >&2;"],
])
  test(`whoever answers is alive, by ${name}`, async (_, scope) => {
    for (const answer of answers)
      assert.ok(await isAlive(scope, `${warning} echo '${answer}'`), `${answer}, by ${name}`)
  })

test('who does not answer is not alive', async (_, scope) => {
  assert.is(await isAlive(scope, 'exit 1'), false)
  const refused = 'Could not connect to Valkey at 10.0.0.1:6379: Connection refused'
  assert.is(await isAlive(scope, `echo '${refused}' >&2; exit 1`), false)
  assert.is(await isAlive(scope, `echo 'Warning: Using a password may not be safe.' >&2; exit 1`), false)
})

test.run()
