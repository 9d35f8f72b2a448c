import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../harness/cluster.ts'
import { must } from '../harness/command.ts'
import { helm, type Release, release, testRelease } from '../harness/helm.ts'
import { startLoad, writeAndRead } from '../harness/load.ts'
import { keysOf } from '../harness/moving.ts'
import { freshNamespace } from '../harness/namespace.ts'
import { serveFolder, startRegistry } from '../harness/publishing.ts'
import type { Scope } from '../harness/scope.ts'
import { suite } from '../harness/suite.ts'
import { assertUnnoticed } from '../harness/unnoticed.ts'
import { smallValues, type Values } from '../harness/values.ts'
import { chartgen, copyOfProject, folder } from '../unit/project.ts'

const test = suite('charts that were published', { timeout: 400_000 })

/** A person's own Helm, who has added nothing yet; `more` comes after every command. */
async function installer(scope: Scope, of: Release, more: string[] = []) {
  const home = await folder(scope)
  const own = [
    ...['--repository-config', path.join(home, 'repositories.yaml')],
    ...['--repository-cache', path.join(home, 'cache')],
  ]
  return async (...args: string[]) => {
    const { code, stdout, stderr } = await helm(of, [...args, ...own, ...more])
    assert.is(code, 0, stdout + stderr)
    return stdout + stderr
  }
}

/** A copy of the project and what it publishes: the present charts first, then those of the next release. */
async function publisher(scope: Scope) {
  const project = await copyOfProject(scope)
  const site = path.join(project, 'site')
  await mkdir(path.join(project, '.changes'))
  const publish = async (...command: string[]) => {
    for (const args of [command, ['package', '--out', site]]) {
      const { code, stderr } = await chartgen(project, args)
      assert.is(code, 0, stderr)
    }
    return version(await readFile(path.join(project, 'chart/redis-cluster/Chart.yaml'), 'utf8'))
  }
  return {
    site,
    first: () => publish('generate'),
    async next() {
      const script = path.join(project, 'generator/pod/lib.sh')
      await writeFile(script, `${await readFile(script, 'utf8')}# What restarts all pods.\n`)
      await writeFile(path.join(project, '.changes/one.yaml'), 'kind: fixed\ndescription: One more line.\n')
      return publish('release')
    },
  }
}

const version = (chart: string) => chart.match(/^version: (.*)$/m)?.[1] ?? ''

/** Writes values to a file, for Helm. */
async function valuesFile(scope: Scope, values: Values): Promise<string> {
  const file = path.join(await folder(scope), 'values.json')
  await writeFile(file, JSON.stringify(values))
  return file
}

/** Upgrades a release to another version under load, which no client may notice. */
async function upgradeUnnoticed(of: Release, upgrade: () => Promise<unknown>): Promise<void> {
  const keys = await keysOf(of)
  const load = await startLoad(of)
  await upgrade()
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  assertUnnoticed(await load.stop())
  assert.ok((await keysOf(of)) >= keys)
  const tested = await testRelease(of)
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
}

test('by HTTP: installed by name, upgraded under load when there is a second release, and the first stays installable', async (_, scope) => {
  const of = release('redis-cluster', await freshNamespace(scope, 'http'))
  const run = await installer(scope, of)
  const published = await publisher(scope)
  const first = await published.first()
  await run('repo', 'add', 'charts', await serveFolder(scope, published.site))
  const values = ['--values', await valuesFile(scope, await smallValues(of.flavour))]
  await run('install', of.name, `charts/${of.flavour}`, ...values)
  await writeAndRead(of, 1000)

  const next = await published.next()
  await run('repo', 'update')
  const listed = JSON.parse(
    await run('search', 'repo', `charts/${of.flavour}`, '--versions', '--output', 'json'),
  )
  assert.equal(
    listed.map((one: { version: string }) => one.version),
    [next, first],
  )
  await upgradeUnnoticed(of, () =>
    run('upgrade', of.name, `charts/${of.flavour}`, '--version', next, ...values),
  )

  const old = { ...of, name: 'old', fullname: `old-${of.flavour}` }
  const alone = ['--set', 'cluster.replicasPerShard=0']
  await run('install', old.name, `charts/${of.flavour}`, '--version', first, ...values, ...alone)
  await waitUntilWhole(old, { nodes: 3, deadline: 30_000 })
})

test('by a registry: pushed, installed by address, upgraded under load, and the first stays what it was', async (_, scope) => {
  const of = release('valkey-cluster', await freshNamespace(scope, 'oci'), { helm: 'helm4' })
  const run = await installer(scope, of, ['--plain-http'])
  const published = await publisher(scope)
  const repository = `oci://${await startRegistry(scope, await folder(scope))}/charts`
  const chart = `${repository}/${of.flavour}`
  const push = (at: string) => run('push', path.join(published.site, `${of.flavour}-${at}.tgz`), repository)
  const first = await published.first()
  await push(first)
  const values = ['--values', await valuesFile(scope, await smallValues(of.flavour))]
  await run('install', of.name, chart, '--version', first, ...values)
  await writeAndRead(of, 1000)

  const next = await published.next()
  await push(next)
  await upgradeUnnoticed(of, () => run('upgrade', of.name, chart, '--version', next, ...values))

  const pulled = await folder(scope)
  await run('pull', chart, '--version', first, '--destination', pulled)
  const package_ = `${of.flavour}-${first}.tgz`
  await must('cmp', [path.join(pulled, package_), path.join(published.site, package_)])
})

test.run()
