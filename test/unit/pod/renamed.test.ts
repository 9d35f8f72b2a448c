import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { run } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('a pod that was given another name than its scripts know')

/** Starts a server's container without a server in it: a pod of a good name comes as far as that. */
async function start(scope: Scope, podName: string) {
  const work = await folder(scope)
  await copyPodScripts(work)
  for (const server of ['redis-server', 'valkey-server'])
    await writeFile(join(work, server), '#!/bin/sh\n', { mode: 0o755 })
  return run('sh', [join(work, 'start.sh')], {
    env: {
      PATH: `${work}:${process.env.PATH}`,
      NAME: 'r',
      POD_NAME: podName,
      RELEASE: 'ns/r',
      SERVICE: 'r-headless',
      WORK: work,
      DATA: work,
    },
  })
}

for (const name of ['eu-r-0', 'r-x', 'r-', 'r-0-1', 'other-0'])
  test(`${name} says so and ends`, async (_, scope) => {
    const { code, stdout } = await start(scope, name)
    assert.is(code, 1)
    assert.match(stdout, `this pod is called ${name}, and its scripts were told that the pods are called r-0`)
    assert.not.match(stdout, 'is this an image of the engine')
  })

for (const name of ['r-0', 'r-12'])
  test(`${name} goes on`, async (_, scope) => {
    const { stdout } = await start(scope, name)
    assert.not.match(stdout, 'this pod is called')
    assert.match(stdout, 'is this an image of the engine')
  })

test.run()
