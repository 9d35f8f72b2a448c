import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../runner/suite.ts'
import { chartgen, copyOfProject, mistakes } from '../../shared/project.ts'

const test = suite('what the charts are made of', { timeout: 30_000 })

test('every mistake in our own schema is told at once, with its file, pointer and fix', async (_, scope) => {
  const project = await copyOfProject(scope)
  const write = (name: string, text: string) => writeFile(path.join(project, 'schema', name), text)
  await write('values/memory.yaml', 'description: Memory.\ntype: integer\ndefault: *none\n')
  await write('values/image.yml', 'description: The image.\ntype: string\ndefault: ""\n')
  await write('values/extra.yaml', 'description: Something else.\ntype: string\ndefault: ""\n')
  await rm(path.join(project, 'schema/values/global.yaml'))
  await write(
    'values/service.yaml',
    `
description: the service
type: object
properties:
  type: { type: string, default: ClusterIP }
  port: { description: The port., type: integer, minimun: 1 }
  Name: { description: The name., type: string, pattern: "^(?!a)", x-pattern-help: a name, default: "" }
`,
  )
  const order = (await readFile(path.join(project, 'schema/topics.yaml'), 'utf8')).match(/^ *- .*$/gm) ?? []
  const place = order.findIndex((line) => line.endsWith('- global'))
  const result = await chartgen(project, ['generate'])
  assert.is(result.code, 1)
  assert.equal(mistakes(result).sort(), [
    `schema/topics.yaml /order/${place}: "global" has no file; add schema/values/global.yaml, or remove the line`,
    'schema/values/extra.yaml: "extra" has no place in schema/topics.yaml; add "- extra" to its order',
    'schema/values/image.yml: describes "image", as does schema/values/image.yaml; keep one of the two files',
    'schema/values/memory.yaml:3: not valid YAML: unidentified alias "none"; mend the syntax',
    'schema/values/service.yaml /description: "the service" does not fit; give full sentences, from a capital to a full stop',
    'schema/values/service.yaml /properties/Name/pattern: Helm knows no look-around in patterns; write the pattern without (?=, (?! and (?<',
    'schema/values/service.yaml /properties/Name: "Name" does not fit; give a camelCase name such as replicasPerShard',
    'schema/values/service.yaml /properties/port/minimun: unknown key "minimun"; did you mean "minimum"?',
    'schema/values/service.yaml /properties/port: has no "default"; add "default": what the value is when nobody sets it',
    'schema/values/service.yaml /properties/type: has no "description"; add "description": what the value does, in full sentences',
    'schema/values/service.yaml: has no "additionalProperties"; add "additionalProperties": false, so that a misspelt key is refused',
  ])
})

test('a key that signs is named by its whole fingerprint', async (_, scope) => {
  const project = await copyOfProject(scope)
  const file = path.join(project, 'package.json')
  const facts = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...facts, signingKey: '0x1234ABCD' }))
  assert.equal(mistakes(await chartgen(project, ['generate'])), [
    'package.json /signingKey: "0x1234ABCD" is no fingerprint of a key; write the 40 digits that "gpg --fingerprint" shows, without spaces',
  ])
})

test('a default or an example that its own schema refuses is told where it stands', async (_, scope) => {
  const project = await copyOfProject(scope)
  const edit = async (file: string, from: string, to: string) => {
    const at = path.join(project, 'schema', file)
    const text = await readFile(at, 'utf8')
    assert.ok(text.includes(from), `${file} holds ${from}`)
    await writeFile(at, text.replace(from, to))
  }
  await edit('values/cluster.yaml', 'examples: [7]', 'examples: [7, 1]')
  const example = await chartgen(project, ['generate'])
  assert.equal(mistakes(example), [
    'schema/values/cluster.yaml /properties/shards/examples/1: 1 is too low; give 3 or more',
  ])
  await edit('values/cluster.yaml', 'examples: [7, 1]', 'examples: [7]')
  await edit('values/cluster.yaml', 'default: 3', 'default: 2')
  await edit('flavours/redis-cluster.yaml', 'tag:', 'tagg:')
  const result = await chartgen(project, ['generate'])
  assert.equal(
    mistakes(result)
      .map((line) => line.split(';')[0])
      .sort(),
    ['schema/flavours/redis-cluster.yaml /defaults/image: has no "tag"'],
  )
  await edit('flavours/redis-cluster.yaml', 'tagg: 8.10.1', 'tag: 8.10.1, tagg: 1')
  assert.equal(mistakes(await chartgen(project, ['generate'])).sort(), [
    'schema/flavours/redis-cluster.yaml /defaults/image/tagg: unknown key "tagg"; did you mean "tag"?',
    'schema/values/cluster.yaml /properties/shards/default: 2 is too low; give 3 or more',
  ])
})

test('a key that was renamed is refused with the place that its value goes to', async (_, scope) => {
  const project = await copyOfProject(scope)
  const edit = async (file: string, from: string, to: string) => {
    const at = path.join(project, 'schema', file)
    await writeFile(at, (await readFile(at, 'utf8')).replace(from, to))
  }
  await edit('topics.yaml', 'order:', 'renamed: { nodes: cluster, volumes: persistense }\norder:')
  await edit(
    'values/persistence.yaml',
    'properties:',
    'x-renamed: { size: persistence.size, class: persistence.storageClass }\nproperties:',
  )
  assert.equal(mistakes(await chartgen(project, ['generate'])), [
    'schema/topics.yaml /renamed/volumes: there is no "persistense"; give the whole path of the new key',
    'schema/values/persistence.yaml /x-renamed/size: "size" is there still; remove it from the properties',
  ])
  await edit('topics.yaml', 'persistense', 'persistence')
  await edit('values/persistence.yaml', 'size: persistence.size, ', '')
  assert.is((await chartgen(project, ['generate'])).code, 0)

  await writeFile(path.join(project, 'old.yaml'), 'nodes: { shards: 4 }\npersistence: { class: fast }\n')
  assert.equal(mistakes(await chartgen(project, ['validate', 'old.yaml'])), [
    'old.yaml:1 /nodes: nodes is called cluster now: move the value there',
    'old.yaml:2 /persistence/class: persistence.class is called persistence.storageClass now: move the value there',
  ])
  const values = await readFile(path.join(project, 'chart/redis-cluster/values.yaml'), 'utf8')
  assert.not.match(values, /nodes:|class:/)
})

test('an environment that a chart refuses, or that does not say what it is for, is told with its line', async (_, scope) => {
  const project = await copyOfProject(scope)
  const file = path.join(project, 'schema/environments/staging.yaml')
  await writeFile(file, 'cluster:\n  shards: 2\nresource: {}\n')
  for (const command of ['generate', 'check']) {
    const result = await chartgen(project, [command])
    assert.is(result.code, 1)
    assert.equal(mistakes(result), [
      'schema/environments/staging.yaml:1: does not say what it is for; begin it with a comment that does: "# …"',
      'schema/environments/staging.yaml:3 /resource: unknown key "resource"; did you mean "resources"?',
      'schema/environments/staging.yaml:2 /cluster/shards: 2 is too low; give 3 or more',
    ])
  }
  await writeFile(file, '# For tests.\ncluster: { shards: 3\n')
  assert.match(
    (await chartgen(project, ['check'])).stderr,
    'schema/environments/staging.yaml:3: not valid YAML',
  )
})

test('a version of which the changelog says nothing, or nothing clear, is refused', async (_, scope) => {
  const project = await copyOfProject(scope)
  const flavour = await readFile(path.join(project, 'schema/flavours/redis-cluster.yaml'), 'utf8')
  const version = flavour.match(/^version: (.*)$/m)?.[1]
  const changelog = (text: string) => writeFile(path.join(project, 'CHANGELOG.md'), text)
  const told = async () => mistakes(await chartgen(project, ['generate']))

  await changelog('# Changelog\n\n## 9.9.9 - 2026-01-01\n\n- Loose.\n\n### New\n\n## Soon\n')
  const missing = `add "## ${version} - " and the day of the release, with its changes`
  assert.equal(await told(), [
    'CHANGELOG.md:5: a change without its kind; put "### Added" above it',
    'CHANGELOG.md:7: "New" is no kind of change; use one of added, changed, deprecated, removed, fixed, security',
    'CHANGELOG.md:9: "Soon" is no release; write "## 0.1.0 - 2026-11-24"',
    `CHANGELOG.md: says nothing about ${version}, the version in schema/flavours/redis-cluster.yaml; ${missing}`,
    `CHANGELOG.md: says nothing about ${version}, the version in schema/flavours/valkey-cluster.yaml; ${missing}`,
  ])
  await changelog(`## ${version} - 2026-01-01\n`)
  assert.equal(await told(), [
    `CHANGELOG.md:1: ${version} has no changes; add "### Added" and a line such as "- What is new."`,
  ])
})

test('a flavour is named like its file', async (_, scope) => {
  const project = await copyOfProject(scope)
  const flavours = path.join(project, 'schema/flavours')
  await rename(path.join(flavours, 'redis-cluster.yaml'), path.join(flavours, 'other.yaml'))
  assert.equal(mistakes(await chartgen(project, ['generate'])), [
    'schema/flavours/other.yaml /name: "redis-cluster" is not the file\'s name; write "other"',
  ])
})

test('a folder that is no project is told apart from a defect', async (_, scope) => {
  const project = await copyOfProject(scope)
  for (const name of ['schema', 'LICENSE']) await rm(path.join(project, name), { recursive: true })
  const result = await chartgen(project, ['check'])
  assert.is(result.code, 1)
  assert.match(result.stderr, 'schema/topics.yaml: does not exist')
  assert.match(result.stderr, 'LICENSE: does not exist')
})

test.run()
