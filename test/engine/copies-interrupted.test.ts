// depends on: formats
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { all, type Loopback } from '../shared/loopback/loopback.ts'
import { copyVolume, created, idsOf, markOf, prepareAt } from './copying.ts'

const test = suite('the start on a volume that was copied', { timeout: 120_000 })

test.proves({
  topic: 'Loss and recovery',
  promise: 'Copies of all volumes, started beside the living original, become a cluster of their own',
  bound: 'the original’s clients notice nothing, and no acknowledged write is lost',
})
test('cut short at any moment of its start: the next start goes on, and the node has the same new id', async (_, scope) => {
  const original = await created(scope)
  const replica = (
    await Promise.all(all(original).map((ordinal) => original.ask(ordinal, 'ROLE')))
  ).findIndex((role) => role.startsWith('slave'))
  const copy = await prepareAt(scope, 21)
  // Pods that have nothing answer at once, so that none is waited for.
  await copy.start(...all(copy).filter((ordinal) => ordinal !== replica))
  const cut = await startsCutShort(copy)
  const nodes = new Set<string>()
  for (let step = 1; ; step++) {
    await rm(copy.data(replica), { recursive: true, force: true })
    await copyVolume(original, replica, copy)
    const wasCut = await cut(step, replica)
    await copy.start(replica)
    const own = await copy.ask(replica, 'CLUSTER', 'MYID')
    const known = (await copy.ask(replica, 'CLUSTER', 'NODES')).split('\n').map((line) => line.split(' ')[0])
    nodes.add(known.sort().join())
    assert.match(await markOf(copy, replica), new RegExp(`^${copy.mark} ${own} ${original.mark}\n`))
    await copy.kill(replica)
    if (!wasCut) {
      assert.ok(step > 5, `${step} steps`)
      break
    }
  }
  assert.is(nodes.size, 1)
  const [known = ''] = nodes
  assert.is(known.split(',').length, 2, 'itself and its master')
  const ids = await idsOf(original)
  for (const id of known.split(',')) assert.not.ok(ids.includes(id), id)
})

/**
 * Has the programs that change a volume count their calls in a pod's start. What it returns starts a pod whose start is killed
 * before call number `step`, and tells whether there was such a call.
 */
async function startsCutShort(
  release: Loopback,
): Promise<(step: number, ordinal: number) => Promise<boolean>> {
  const steps = join(release.folder, 'steps')
  for (const program of ['mv', 'rm', 'sync']) {
    const path = join(release.bin, program)
    await rename(path, `${path}-real`)
    await writeFile(
      path,
      `#!/bin/sh
case "$*" in *space.*|*ready*) exec "$0-real" "$@" ;; esac
if [ -e '${steps}' ]; then
  read -r left <'${steps}'
  echo "$((left - 1))" >'${steps}'
  if [ "$left" = 1 ]; then kill -9 0; fi
fi
exec "$0-real" "$@"
`,
      { mode: 0o755 },
    )
  }
  return async (step, ordinal) => {
    await writeFile(steps, `${step}\n`)
    await release.start(ordinal).catch(() => {})
    await release.kill(ordinal)
    const left = Number(await readFile(steps, 'utf8'))
    await rm(steps)
    return left <= 0
  }
}

test.run()
