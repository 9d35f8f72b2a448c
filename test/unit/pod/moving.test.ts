import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('how slots move')

/** What the client is told, which knows the option for atomic migration or not, as the server knows the command or not. */
async function options(
  scope: Scope,
  { client, server }: { client: boolean; server: boolean },
): Promise<string> {
  const work = await folder(scope)
  const unknown = client ? '' : 'case $1 in --cluster-use*) echo "Unrecognized option" >&2; exit 1;; esac\n'
  await copyPodScripts(work)
  await writeFile(join(work, 'valkey-cli'), `#!/bin/sh\n${unknown}echo cli 9.1.2\n`, { mode: 0o755 })
  await writeFile(join(work, 'observed'), 'pod 0 up 10.0.0.1 id0 data=104857600 keys=1000\n')
  const script = `
    HERE=${work} PATH=${work}:$PATH OBSERVED=${work}/observed APPLY_ADDRESS=10.0.0.1
    for part in client move; do . "$HERE/$part.sh"; done
    ask() { ${server ? "echo 'cluster|migrateslots'" : 'echo'}; }
    move_options id0`
  return (await must('sh', ['-c', script])).trim()
}

test('whole at once where both the client and the server can', async (_, scope) => {
  assert.is(await options(scope, { client: true, server: true }), '--cluster-use-atomic-slot-migration')
})

test('else a batch of keys at a time, of about a megabyte', async (_, scope) => {
  for (const [client, server] of [
    [true, false],
    [false, true],
  ] as const)
    assert.is(await options(scope, { client, server }), '--cluster-pipeline 10')
})

test.run()
