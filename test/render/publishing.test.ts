// needs: yamllint
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { load } from 'js-yaml'
import * as assert from 'uvu/assert'
import { KINDS, parseChangelog } from '../../generator/text/changelog.ts'
import { run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { chartgen, copyOfProject } from '../shared/project.ts'
import { flavours, podOf, render, workloads } from './rendered.ts'

const test = suite('what a chart repository, Artifact Hub and chart-testing ask of a chart', {
  timeout: 60_000,
})

interface ChartYaml {
  [key: string]: unknown
  version: string
  appVersion: string
  kubeVersion: string
  keywords: string[]
  sources: string[]
  home: string
  icon: string
  maintainers: { name: string; email: string; url: string }[]
  annotations: { [name: string]: string }
}

const chartYaml = async (flavour: string) =>
  load(await readFile(`chart/${flavour}/Chart.yaml`, 'utf8')) as ChartYaml

/** Where the pages of a chart lead within the package: each page, and the file. */
async function linksOf(chart: string): Promise<[page: string, link: string][]> {
  const pages = (await readdir(chart, { recursive: true })).filter((file) => file.endsWith('.md'))
  const found = pages.map(async (page) => {
    const links = (await readFile(path.join(chart, page), 'utf8')).matchAll(/\]\((?!https?:|#)([^)#]+)/g)
    return [...links].map(([, link = '']): [string, string] => [page, link])
  })
  return (await Promise.all(found)).flat()
}

/** What chart-testing's own schema of Chart.yaml knows. */
const KNOWN = [
  ...['name', 'home', 'version', 'apiVersion', 'appVersion', 'description', 'keywords', 'sources'],
  ...[
    'maintainers',
    'icon',
    'engine',
    'condition',
    'tags',
    'deprecated',
    'kubeVersion',
    'annotations',
    'type',
  ],
]

const HTTPS = /^https:\/\/\S+$/

for (const flavour of flavours) {
  test(`Chart.yaml of ${flavour} has all that is looked for, and nothing unknown`, async () => {
    const chart = await chartYaml(flavour)
    for (const key of Object.keys(chart)) assert.ok(KNOWN.includes(key), key)
    assert.is(chart.apiVersion, 'v2')
    assert.is(chart.type, 'application')
    assert.match(chart.version, /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/)
    assert.type(chart.appVersion, 'string')
    assert.match(chart.kubeVersion, /^>=\d+\.\d+\.\d+-0/)
    for (const address of [chart.home, chart.icon, ...chart.sources]) assert.match(address, HTTPS)
    assert.ok(chart.maintainers.length > 0 && chart.keywords.length > 0)
    for (const { name, email } of chart.maintainers) assert.ok(name && /^\S+@\S+$/.test(email))
  })

  test(`annotations of ${flavour} tell Artifact Hub its category, licence, links, images and changes`, async () => {
    const { annotations, version } = await chartYaml(flavour)
    for (const [name, value] of Object.entries(annotations)) assert.type(value, 'string', name)
    const told = (name: string) => annotations[`artifacthub.io/${name}`] ?? ''
    assert.is(told('category'), 'database')
    assert.is(told('license'), 'Apache-2.0')
    assert.is(told('prerelease'), String(/^0\.|-/.test(version)))
    const links = load(told('links')) as { name: string; url: string }[]
    assert.ok(links.some(({ name }) => name === 'support'))
    for (const { url } of links) assert.match(url, HTTPS)

    const changes = load(told('changes')) as { kind: string; description: string }[]
    const { releases } = parseChangelog(await readFile('CHANGELOG.md', 'utf8'), 'CHANGELOG.md')
    assert.equal(changes, releases.find((one) => one.version === version)?.changes)
    for (const { kind } of changes) assert.ok(KINDS.includes(kind), kind)
    assert.is(told('containsSecurityUpdates'), String(changes.some(({ kind }) => kind === 'security')))
    assert.equal([told('operator'), told('crds')], ['', ''])
  })

  test(`every image that ${flavour} runs by default is told, with its platforms`, async () => {
    const { annotations } = await chartYaml(flavour)
    const told = load(annotations['artifacthub.io/images'] ?? '') as { image: string; platforms: string[] }[]
    const run = workloads(await render(flavour)).flatMap((one) => podOf(one).spec.containers)
    assert.equal(
      told.map(({ image }) => image),
      [...new Set(run.map(({ image }) => image))],
    )
    for (const { platforms } of told) assert.ok(platforms.includes('linux/amd64'))
  })

  test(`the package of ${flavour} brings its README, licence and a schema that needs no other file`, async () => {
    const files = await readdir(`chart/${flavour}`)
    for (const file of ['README.md', 'LICENSE', 'values.schema.json', 'values.yaml'])
      assert.ok(files.includes(file), file)
    const links = await linksOf(`chart/${flavour}`)
    assert.ok(links.length > 5)
    for (const [page, link] of links)
      assert.ok(
        existsSync(path.join(`chart/${flavour}`, path.dirname(page), link)),
        `${page} leads to ${link}`,
      )
    const schema = await readFile(`chart/${flavour}/values.schema.json`, 'utf8')
    assert.not.match(schema, '"$ref"')
    assert.not.match(schema, '"$id"')
    const { $schema, properties } = JSON.parse(schema)
    assert.is($schema, 'http://json-schema.org/draft-07/schema#')
    // As a dependency it is switched by its parent, and sees the parent's global values.
    assert.is(properties.enabled.type, 'boolean')
    assert.is(properties.global.additionalProperties, true)
  })

  test(`yamllint has nothing to say of ${flavour} by the rules of chart-testing`, async () => {
    const ci = (await readdir(`chart/${flavour}/ci`)).map((file) => `ci/${file}`)
    for (const file of ci) assert.match(file, /-values\.yaml$/, 'chart-testing takes no other')
    const files = ['Chart.yaml', 'values.yaml', ...ci].map((file) => `chart/${flavour}/${file}`)
    const { code, stdout } = await run('yamllint', [
      '--strict',
      '--config-file',
      '.ci/lintconf.yaml',
      ...files,
    ])
    assert.is(code, 0, stdout)
  })
}

test('whoever finds a hole is told the maintainers’ address', async () => {
  const policy = await readFile('SECURITY.md', 'utf8')
  for (const flavour of flavours)
    for (const { email } of (await chartYaml(flavour)).maintainers) assert.match(policy, email)
})

test('Artifact Hub is told the key that signs, if package.json names one', async (_, scope) => {
  const project = await copyOfProject(scope)
  const file = path.join(project, 'package.json')
  const facts = JSON.parse(await readFile(file, 'utf8'))
  const keyToldWith = async (more: object) => {
    await writeFile(file, JSON.stringify({ ...facts, ...more }))
    const { code, stdout, stderr } = await chartgen(project, ['generate'])
    assert.is(code, 0, stdout + stderr)
    const text = await readFile(path.join(project, 'chart/redis-cluster/Chart.yaml'), 'utf8')
    const told = (load(text) as ChartYaml).annotations['artifacthub.io/signKey']
    return told === undefined ? undefined : load(told)
  }
  const signingKey = '0123456789ABCDEF'.repeat(3).slice(0, 40)
  assert.equal(await keyToldWith({ signingKey }), {
    fingerprint: signingKey,
    url: `${facts.homepage}/pubring.gpg`,
  })
  assert.is(await keyToldWith({ signingKey: undefined }), undefined)
})

test('the repository brings the icons that the charts name, and says to Artifact Hub whose it is', async () => {
  const owners: unknown[] = []
  for (const flavour of flavours) {
    const { icon, home, maintainers } = await chartYaml(flavour)
    assert.is(icon, `${home}/${flavour}.svg`)
    assert.match(await readFile(`scripts/site/${flavour}.svg`, 'utf8'), /^<svg [^>]*viewBox=/)
    owners.push(...maintainers.map(({ name, email }) => ({ name, email })))
  }
  const said = load(await readFile('scripts/site/artifacthub-repo.yml', 'utf8')) as { owners: unknown[] }
  for (const owner of owners) assert.equal(owner, said.owners[0])
})

test.run()
