import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { startLoad, writeAndRead } from '../cluster/load/start.ts'
import { keysOf } from '../cluster/six-nodes.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { helm, type Release, release, testRelease } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { serveFolder, startRegistry } from '../kube/publishing.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { must } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { chartgen, copyOfProject, folder } from '../shared/project.ts'

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

/** The repository of the charts that were last released, to which the next release of the present ones can be added. */
async function publisher(scope: Scope, flavour: string) {
  const project = await copyOfProject(scope)
  const site = path.join(project, 'site')
  await cp('test/released', site, { recursive: true })
  await must('helm', ['repo', 'index', site])
  const released = (await readdir(site)).find((file) => file.startsWith(flavour)) ?? ''
  const chartgenSucceeds = async (...args: string[]) => {
    const { code, stderr } = await chartgen(project, args)
    assert.is(code, 0, stderr)
  }
  const pack = () => chartgenSucceeds('package', '--out', site)
  return {
    site,
    /** Packs what was published once more. */
    pack,
    first: released.slice(flavour.length + 1, -'.tgz'.length),
    /** Publishes the next release, and returns its version. */
    async next(): Promise<string> {
      await mkdir(path.join(project, '.changes'))
      await writeFile(path.join(project, '.changes/one.yaml'), 'kind: fixed\ndescription: One thing more.\n')
      await chartgenSucceeds('release')
      await pack()
      const chart = await readFile(path.join(project, 'chart', flavour, 'Chart.yaml'), 'utf8')
      return chart.match(/^version: (.*)$/m)?.[1] ?? ''
    },
  }
}

/** The digest that Helm tells of what it has pushed. */
const digestIn = (said: string) =>
  /^Digest: (sha256:[0-9a-f]{64})$/m.exec(said)?.[1] ?? assert.unreachable(said)

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

test.proves({
  topic: 'Sources and packages',
  promise: 'A published chart is installed by name and upgraded to the next release while clients work',
  bound: UNNOTICED,
})
test('by HTTP: installed by name, upgraded under load when there is a second release, and the first stays installable', async (_, scope) => {
  const of = release('redis-cluster', await freshNamespace(scope, 'http'))
  const run = await installer(scope, of)
  const { site, first, next } = await publisher(scope, of.flavour)
  await run('repo', 'add', 'charts', await serveFolder(scope, site))
  const values = ['--values', await valuesFile(scope, await smallValues(of.flavour))]
  // Helm takes a release candidate only when it is asked for.
  await run('install', of.name, `charts/${of.flavour}`, '--version', first, ...values)
  await writeAndRead(of, 1000)

  const second = await next()
  await run('repo', 'update')
  const listed = JSON.parse(
    await run('search', 'repo', `charts/${of.flavour}`, '--versions', '--devel', '--output', 'json'),
  )
  assert.equal(
    listed.map((one: { version: string }) => one.version),
    [second, first],
  )
  await upgradeUnnoticed(of, () =>
    run('upgrade', of.name, `charts/${of.flavour}`, '--version', second, ...values),
  )

  const old = { ...of, name: 'old', fullname: `old-${of.flavour}` }
  const alone = ['--set', 'cluster.replicasPerShard=0']
  await run('install', old.name, `charts/${of.flavour}`, '--version', first, ...values, ...alone)
  await waitUntilWhole(old, { nodes: 3, deadline: 30_000 })
})

test.proves({
  topic: 'Sources and packages',
  promise: 'A published chart is installed by name and upgraded to the next release while clients work',
  bound: UNNOTICED,
})
test('by a registry: pushed, installed by address, upgraded under load, and the first stays what it was', async (_, scope) => {
  const of = release('valkey-cluster', await freshNamespace(scope, 'oci'), { helm: 'helm4' })
  const run = await installer(scope, of, ['--plain-http'])
  const { site, first, next, pack } = await publisher(scope, of.flavour)
  const repository = `oci://${await startRegistry(scope, await folder(scope))}/charts`
  const chart = `${repository}/${of.flavour}`
  const push = (at: string) => run('push', path.join(site, `${of.flavour}-${at}.tgz`), repository)
  await push(first)
  const values = ['--values', await valuesFile(scope, await smallValues(of.flavour))]
  await run('install', of.name, chart, '--version', first, ...values)
  await writeAndRead(of, 1000)

  const second = await next()
  const digest = digestIn(await push(second))
  await pack()
  assert.is(digestIn(await push(second)), digest, 'pushed again it is the same')
  await upgradeUnnoticed(of, () => run('upgrade', of.name, chart, '--version', second, ...values))

  const pulled = await folder(scope)
  await run('pull', chart, '--version', first, '--destination', pulled)
  const package_ = `${of.flavour}-${first}.tgz`
  await must('cmp', [path.join(pulled, package_), path.join(site, package_)])
})

test.run()
