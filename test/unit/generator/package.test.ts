import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { load } from 'js-yaml'
import { extract } from 'tar-stream'
import * as assert from 'uvu/assert'
import { suite } from '../../runner/suite.ts'
import { chartgen, chartgenWithUmask, copyOfProject, mistakes } from '../../shared/project.ts'

const test = suite('chartgen package', {
  setup: async (scope) => {
    const project = await copyOfProject(scope)
    await chartgen(project, ['start'])
    return project
  },
  timeout: 30_000,
})

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(path.join(folder, name)))
      .digest('hex')
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(name)])))
}

test('npm start makes the packages and the index, and says what to type next', async (project) => {
  const result = await chartgen(project, ['start'])
  assert.is(result.code, 0, result.stderr)
  assert.match(result.stdout, /Next: helm install my-cluster dist\/redis-cluster-\d+\.\d+\.\d+\.tgz/)
  const names = Object.keys(await contents(path.join(project, 'dist')))
  assert.equal(
    names.map((name) => name.replace(/\d+\.\d+\.\d+/, 'V')),
    ['index.yaml', 'redis-cluster-V.tgz', 'valkey-cluster-V.tgz'],
  )
})

test.proves({
  topic: 'Sources and packages',
  promise: 'A package is the same bytes on any machine',
})
test('two runs a second apart, under another umask, locale and time zone, give the same bytes', async (project) => {
  const env = { ...process.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'de_DE.UTF-8', LANG: 'tr_TR.UTF-8' }
  await chartgenWithUmask('022', project, ['package', '--out', 'one'], {})
  await sleep(1000)
  await chartgenWithUmask('077', project, ['package', '--out', 'two'], { env })
  const one = await contents(path.join(project, 'one'))
  assert.is(Object.keys(one).length, 3)
  assert.equal(await contents(path.join(project, 'two')), one)
})

test('a package is what Helm expects: one folder of the chart, files alike for everyone', async (project) => {
  const [name] = (await readdir(path.join(project, 'dist'))).filter((file) =>
    file.startsWith('redis-cluster'),
  )
  const bytes = await readFile(path.join(project, 'dist', name ?? ''))
  // An eighth of the Secret in which Helm keeps the chart with what it rendered.
  assert.ok(bytes.length < 130 * 1024, `it is small, and not ${bytes.length} bytes`)
  const paths: string[] = []
  const tar = extract()
  tar.end(gunzipSync(bytes))
  for await (const entry of tar) {
    const { mode, uid, gid, mtime, type } = entry.header
    assert.equal({ mode, uid, gid, type }, { mode: 0o644, uid: 0, gid: 0, type: 'file' })
    assert.match(mtime?.toISOString() ?? '', 'T00:00:00.000Z')
    paths.push(entry.header.name)
    entry.resume()
  }
  // The two that say the same of the values stand side by side, at the end.
  const sorted = [...paths].sort().filter((one) => !/\/(?:VALUES\.md|values\.yaml)$/.test(one))
  assert.equal(paths, [...sorted, 'redis-cluster/VALUES.md', 'redis-cluster/values.yaml'])
  assert.ok(paths.every((one) => one.startsWith('redis-cluster/')))
  for (const needed of ['Chart.yaml', 'values.yaml', 'values.schema.json', 'LICENSE']) {
    assert.ok(paths.includes(`redis-cluster/${needed}`), needed)
  }
})

test('the index names each package with its digest and no time of any clock', async (project) => {
  const index = load(await readFile(path.join(project, 'dist/index.yaml'), 'utf8')) as {
    generated: string
    entries: Record<string, { version: string; digest: string; created: string; urls: string[] }[]>
  }
  const digests = await contents(path.join(project, 'dist'))
  const [entry] = index.entries['redis-cluster'] ?? []
  assert.equal(Object.keys(index.entries), ['redis-cluster', 'valkey-cluster'])
  assert.is(entry?.urls.length, 1)
  assert.is(entry?.digest, digests[entry?.urls[0] ?? ''])
  assert.match(entry?.created ?? '', /^\d{4}-\d\d-\d\dT00:00:00Z$/)
  assert.is(index.generated, entry?.created)
})

test('charts that are not up to date are not packaged', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['generate'])
  await rm(path.join(project, 'chart/redis-cluster/LICENSE'))
  const result = await chartgen(project, ['package'])
  assert.is(result.code, 1)
  assert.match(result.stderr, 'npx chartgen generate')
  assert.not.ok((await readdir(project)).includes('dist'))
})

test('a chart that changed under a version that is in the index is refused', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['start'])
  const before = await contents(path.join(project, 'dist'))
  await writeFile(path.join(project, 'generator/templates/extra.yaml'), '# more\n')
  await chartgen(project, ['generate'])
  const result = await chartgen(project, ['package'])
  assert.is(result.code, 1)
  assert.match(result.stderr, /redis-cluster \d+\.\d+\.\d+ is in the index already/)
  assert.match(result.stderr, 'npx chartgen release')
  assert.equal(await contents(path.join(project, 'dist')), before, 'nothing was written')

  // While one works on the charts, nothing of it was published.
  const again = await chartgen(project, ['start'])
  assert.is(again.code, 0, again.stderr)
  assert.not.equal(await contents(path.join(project, 'dist')), before)
})

test.proves({
  topic: 'Sources and packages',
  promise: 'A published package is never rewritten',
})
test('a package that is not what was published, or would be overwritten, is told, and nothing is written', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['generate'])
  const dist = (...names: string[]) => path.join(project, 'dist', ...names)
  await chartgen(project, ['package'])
  const [redis = '', valkey = ''] = (await readdir(dist())).filter((name) => name.endsWith('.tgz')).sort()
  const first = await contents(dist())
  await chartgen(project, ['package'])
  assert.equal(await contents(dist()), first, 'the same again is no mistake')

  await writeFile(dist(redis), 'other bytes')
  const damaged = await chartgen(project, ['package'])
  assert.is(damaged.code, 1)
  assert.equal(mistakes(damaged), [
    `dist/${redis}: is not what index.yaml has the digest of; restore the file that was published, or remove what was not from both`,
  ])

  await rm(dist('index.yaml'))
  await writeFile(dist(valkey), 'other bytes')
  const lost = await chartgen(project, ['package'])
  assert.is(lost.code, 1)
  assert.equal(
    mistakes(lost).map((line) => line.split(';')[0]),
    [`dist/${redis}: is there with other bytes`, `dist/${valkey}: is there with other bytes`],
  )
  assert.equal((await readdir(dist())).sort(), [redis, valkey])

  // While one works on the charts, nothing of it was published.
  assert.is((await chartgen(project, ['start'])).code, 0)
  assert.equal(await contents(dist()), first)
})

test('an index that is none, and a package that it does not name, are told, and nothing is written', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['generate'])
  const dist = (name: string) => path.join(project, 'dist', name)
  await mkdir(dist(''))
  for (const text of ['404: Not Found', '', '[]', 'apiVersion: v1\nentries: {foo: bar}', 'entries: {}']) {
    await writeFile(dist('index.yaml'), text)
    const result = await chartgen(project, ['package'])
    assert.equal(
      mistakes(result),
      [
        'dist/index.yaml: is not the index of a Helm repository; restore the one that was published, or remove the file',
      ],
      text,
    )
    assert.equal(await readdir(dist('')), ['index.yaml'])
  }
  await rm(dist('index.yaml'))
  await writeFile(dist('foo-0.1.0.tgz'), 'bytes')
  const lost = await chartgen(project, ['package'])
  assert.equal(mistakes(lost), [
    'dist/foo-0.1.0.tgz: is not in index.yaml; restore the index, or remove the file',
  ])
})

test('what another program wrote into the index stays, and its addresses are understood', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['start'])
  const dist = (name: string) => path.join(project, 'dist', name)
  const index = await readFile(dist('index.yaml'), 'utf8')
  const other = `publicKeys: [mine]\n${index.replaceAll('- redis', '- https://example.org/charts/redis')}`
  await writeFile(dist('index.yaml'), other)
  assert.is((await chartgen(project, ['package'])).code, 0)
  const after = load(await readFile(dist('index.yaml'), 'utf8')) as { publicKeys: string[] }
  assert.equal(after.publicKeys, ['mine'])

  const [redis = ''] = (await readdir(dist(''))).filter((name) => name.startsWith('redis'))
  await writeFile(dist(redis), 'other bytes')
  assert.match((await chartgen(project, ['package'])).stderr, 'is not what index.yaml has the digest of')
})

test('a package has the time of its release, which is what Helm tells an OCI registry', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['start'])
  const [, day] = /^## \S+ - (\S+)$/m.exec(await readFile(path.join(project, 'CHANGELOG.md'), 'utf8')) ?? []
  for (const name of (await readdir(path.join(project, 'dist'))).filter((one) => one.endsWith('.tgz'))) {
    const { mtime } = await stat(path.join(project, 'dist', name))
    assert.is(mtime.toISOString(), `${day}T00:00:00.000Z`)
  }
})

test('the packages of other versions stay, and stay in the index', async (_, scope) => {
  const project = await copyOfProject(scope)
  await chartgen(project, ['generate'])
  await chartgen(project, ['package'])
  const before = await contents(path.join(project, 'dist'))
  await mkdir(path.join(project, '.changes'))
  await writeFile(path.join(project, '.changes/one.yaml'), 'kind: fixed\ndescription: It is mended.\n')
  await chartgen(project, ['release'])
  const result = await chartgen(project, ['package'])
  assert.is(result.code, 0, result.stderr)
  const after = await contents(path.join(project, 'dist'))
  for (const [name, hash] of Object.entries(before))
    if (name !== 'index.yaml') assert.is(after[name], hash, name)
  const index = load(await readFile(path.join(project, 'dist/index.yaml'), 'utf8')) as {
    entries: Record<string, { urls: string[]; digest: string }[]>
  }
  for (const entries of Object.values(index.entries)) {
    assert.is(entries.length, 2)
    for (const { urls, digest } of entries) assert.is(digest, after[urls[0] ?? ''])
  }
  assert.is((await chartgen(project, ['start'])).code, 0)
  assert.equal(await contents(path.join(project, 'dist')), after, 'npm start keeps them too')
})

test.run()
