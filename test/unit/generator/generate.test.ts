import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { readTree } from '../../../generator/files/read.ts'
import { onDisk, type Perform, recover, replaceFolder } from '../../../generator/files/write.ts'
import { suite } from '../../runner/suite.ts'
import { chartgen, chartgenElsewhere, copyOfProject, folder } from '../../shared/project.ts'

const test = suite('chartgen generate and check', { timeout: 30_000 })

test('the charts come out the same in every run, and a second run writes nothing', async (_, scope) => {
  const project = await copyOfProject(scope)
  const first = await chartgen(project, ['generate'])
  assert.is(first.code, 0, first.stderr)
  const charts = await readTree(path.join(project, 'chart'))
  assert.ok(charts.has('redis-cluster/Chart.yaml') && charts.has('valkey-cluster/pod/server/start.sh'))
  const second = await chartgenElsewhere(project, ['generate'], {
    env: { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8' },
  })
  assert.match(second.stdout, /redis-cluster: \d+ files, all up to date/)
  await rm(path.join(project, 'chart'), { recursive: true })
  await chartgen(project, ['generate'])
  assert.equal(await readTree(path.join(project, 'chart')), charts)
})

test('one chart can be written to a folder of somebody else, who loses nothing by it', async (_, scope) => {
  const project = await copyOfProject(scope)
  const out = await folder(scope)
  await writeFile(path.join(out, 'mine.txt'), 'mine')
  const result = await chartgen(project, ['generate', '--flavour', 'valkey-cluster', '--out', out])
  assert.is(result.code, 0, result.stderr)
  assert.equal((await readdir(out)).sort(), ['mine.txt', 'valkey-cluster'])
})

test('check fails with a diff after any edit below chart/, names the command that mends it, and that mends it', async (_, scope) => {
  const project = await copyOfProject(scope)
  const chart = (...names: string[]) => path.join(project, 'chart', ...names)
  await chartgen(project, ['generate'])
  assert.is((await chartgen(project, ['check'])).code, 0)

  await writeFile(chart('redis-cluster/values.yaml'), 'cluster: {}\n')
  await rm(chart('redis-cluster/LICENSE'))
  await mkdir(chart('redis-cluster/new'))
  await writeFile(chart('redis-cluster/new/file.yaml'), 'added: by hand\n')
  await writeFile(chart('stray.txt'), 'stray\n')
  await symlink('/etc/hostname', chart('valkey-cluster/link'))

  const stale = await chartgen(project, ['check'])
  assert.is(stale.code, 1)
  assert.match(stale.stdout, '--- a/redis-cluster/values.yaml\n+++ b/redis-cluster/values.yaml\n')
  assert.match(stale.stdout, '\n-cluster: {}\n')
  assert.match(stale.stdout, '--- /dev/null\n+++ b/redis-cluster/LICENSE\n')
  assert.match(stale.stdout, '--- a/redis-cluster/new/file.yaml\n+++ /dev/null\n')
  assert.match(stale.stdout, '--- a/stray.txt\n+++ /dev/null\n')
  assert.match(stale.stdout, '--- a/valkey-cluster/link\n')
  assert.match(stale.stderr, 'chart is not up to date: 1 added, 1 changed, 3 removed.')
  assert.match(stale.stderr, 'npx chartgen generate')

  assert.is((await chartgen(project, ['generate'])).code, 0)
  assert.is((await chartgen(project, ['check'])).code, 0)
})

const OLD = new Map([
  ['Chart.yaml', 'version: 1\n'],
  ['templates/gone.yaml', 'old: true\n'],
])
const NEW = new Map([
  ['Chart.yaml', 'version: 2\n'],
  ['templates/new.yaml', 'new: true\n'],
  ['values.yaml', 'a: 1\n'],
])

/** Carries out so many steps, then dies. */
function dyingAfter(steps: number): Perform {
  let left = steps
  return async (step) => {
    if (left-- === 0) throw new Error('died')
    await onDisk(step)
  }
}

test.proves({
  topic: 'Sources and packages',
  promise: 'A generator that is killed leaves the old chart or the new one, never a mixture',
})
test('generate that is killed between any two steps leaves the old chart or the new one, never a mixture', async (_, scope) => {
  const out = await folder(scope)
  const chart = path.join(out, 'chart')
  const absent: number[] = []
  for (let steps = 0; ; steps++) {
    await replaceFolder(chart, OLD)
    const ended = await replaceFolder(chart, NEW, dyingAfter(steps)).then(
      () => true,
      () => false,
    )
    const seen = await readTree(chart)
    if (seen.size === 0) absent.push(steps)
    else assert.ok(isOneOf(seen, [OLD, NEW]), `after ${steps} steps a reader sees ${[...seen.keys()]}`)

    await recover(chart)
    assert.ok(
      isOneOf(await readTree(chart), [OLD, NEW]),
      `after ${steps} steps and a recovery the chart is whole`,
    )
    assert.equal(await readdir(out), ['chart'], 'nothing is left beside it')
    if (ended) break
  }
  // Node cannot exchange two folders at once: between the two renames there is none.
  assert.equal(absent, [NEW.size + 1])
})

test('a recovery that is itself killed is finished by the next one', async (_, scope) => {
  const out = await folder(scope)
  const chart = path.join(out, 'chart')
  for (const steps of [0, 1, 2]) {
    await replaceFolder(chart, OLD)
    await replaceFolder(chart, NEW, dyingAfter(NEW.size + 1)).catch(() => {})
    await recover(chart, dyingAfter(steps)).catch(() => {})
    await replaceFolder(chart, NEW)
    assert.equal(await readTree(chart), NEW)
    assert.equal(await readdir(out), ['chart'])
  }
})

test('check puts right what an interrupted generate left behind', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['generate'])
  const chart = path.join(project, 'chart/redis-cluster')
  await replaceFolder(chart, NEW, dyingAfter(NEW.size + 1)).catch(() => {})
  assert.not.ok((await readdir(path.join(project, 'chart'))).includes('redis-cluster'))
  const result = await chartgen(project, ['check'])
  assert.is(result.code, 0, result.stdout)
  assert.match(await readFile(path.join(chart, 'Chart.yaml'), 'utf8'), 'name: redis-cluster')
})

function isOneOf(tree: Map<string, string>, candidates: Map<string, string>[]): boolean {
  return candidates.some((one) => JSON.stringify([...one]) === JSON.stringify([...tree]))
}

test.run()
