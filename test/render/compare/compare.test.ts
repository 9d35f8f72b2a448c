import { readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { applyPatch, parsePatch } from 'diff'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { chartgen, chartgenElsewhere, copyOfProject } from '../../shared/project.ts'

const FIXTURES = path.join(import.meta.dirname, 'fixtures')
const BASE = path.join(FIXTURES, 'base')
const CASES = path.join(FIXTURES, 'cases')

const test = suite('chartgen compare, case by case', { timeout: 60_000 })

const compare = (old: string, now: string) => chartgen('.', ['compare', old, now])

/** A copy of the base with a change made to it. */
async function changed(scope: Scope, change: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'compare-'))
  scope.defer(() => rm(folder, { recursive: true }))
  const chart = path.join(folder, 'cache')
  await cp(BASE, chart, { recursive: true })
  for (const patch of parsePatch(change).filter(({ hunks }) => hunks.length > 0)) {
    const at = path.join(chart, (patch.oldFileName ?? '').replace(/^a\//, ''))
    const after = applyPatch(await readFile(at, 'utf8'), patch)
    assert.ok(after !== false, `the change does not fit ${at}`)
    if (patch.newFileName === '/dev/null') await rm(at)
    else await writeFile(at, after || '')
  }
  return chart
}

for (const name of readdirSync(CASES).sort())
  test(name.replaceAll('-', ' '), async (_, scope) => {
    const read = (file: string) => readFile(path.join(CASES, name, file), 'utf8')
    const { code, stdout, stderr } = await compare(BASE, await changed(scope, await read('change.diff')))
    const told = `${stdout.trimEnd()}\n\nexit ${code}\n`
    if (process.env.UPDATE) await writeFile(path.join(CASES, name, 'expected'), told)
    assert.is(told, await read('expected'), stderr)
  })

test('a commit, a folder of charts, one chart and a package are compared with each other', async (_, scope) => {
  const project = await copyOfProject(scope)
  const git = (...args: string[]) =>
    must('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: project })
  await chartgen(project, ['start'])
  await git('init', '--quiet')
  await git('add', 'chart')
  await git('commit', '--quiet', '--message', 'A release')
  await git('tag', 'v1')
  const topic = path.join(project, 'schema/values/memory.yaml')
  await writeFile(topic, (await readFile(topic, 'utf8')).replace('volatile-ttl', 'volatile-age'))
  assert.is((await chartgen(project, ['generate'])).code, 0)

  const [file] = (await readdir(path.join(project, 'dist'))).filter((name) => name.startsWith('redis'))
  for (const [old, now, charts] of [
    ['v1', 'chart', 2],
    [`dist/${file}`, 'chart/redis-cluster', 1],
  ] as const) {
    const { code, stdout, stderr } = await chartgen(project, ['compare', old, now])
    assert.is(code, 0, stderr)
    assert.is(stdout.match(/value memory\.policy +can no longer be "volatile-ttl"/g)?.length, charts, stdout)
    assert.is(stdout.match(/for breaking changes the next release is/g)?.length, charts, stdout)
  }

  await mkdir(path.join(project, '.changes'))
  await writeFile(path.join(project, '.changes/one.yaml'), 'kind: fixed\ndescription: It is mended.\n')
  const released = await chartgen(project, ['release', '--since', 'v1'])
  assert.is(released.code, 0, released.stderr)
  assert.is((await chartgen(project, ['compare', 'v1', 'chart'])).code, 0, 'the version is high enough')

  assert.match(
    (await chartgen(project, ['compare', 'v2', 'chart'])).stderr,
    'v2 is no package, no folder and no commit of the project',
  )
})

test('a chart that is gone is told, unless only one was named', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['start'])
  await cp(path.join(project, 'chart'), path.join(project, 'before'), { recursive: true })
  await rm(path.join(project, 'chart/valkey-cluster'), { recursive: true })
  const { code, stderr } = await chartgen(project, ['compare', 'before', 'chart'])
  assert.is(code, 1)
  assert.match(stderr, 'valkey-cluster: is gone, and whoever has it finds no next version; keep it')
  assert.is((await chartgen(project, ['compare', 'before', 'chart/redis-cluster'])).code, 0)
})

test('a chart without a version, or with a schema that cannot be read, is told', async (_, scope) => {
  for (const [file, text, says] of [
    ['Chart.yaml', 'name: cache\nversion: banana\n', /Chart\.yaml has no name, or no semantic version/],
    ['values.schema.json', '{', /cache: values\.schema\.json.*: not valid YAML/],
  ] as const) {
    const chart = await changed(scope, '')
    await writeFile(path.join(chart, file), text)
    const { code, stderr } = await compare(BASE, chart)
    assert.is(code, 1, stderr)
    assert.match(stderr, says)
  }
})

test('without helm it says what to install', async () => {
  const env = { ...process.env, PATH: '/nowhere' }
  const { code, stderr } = await chartgenElsewhere('.', ['compare', BASE, BASE], { env })
  assert.is(code, 1)
  assert.match(stderr, 'compare renders the charts by helm, which is not on PATH; install Helm 3.14 or later')
})

test.run()
