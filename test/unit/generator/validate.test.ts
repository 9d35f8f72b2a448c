import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { chartgen, copyOfProject, mistakes } from '../../shared/project.ts'

const test = suite('chartgen validate', { setup: copyOfProject, timeout: 30_000 })

async function validate(project: string, files: { [name: string]: string }) {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(project, name), text)
  return chartgen(project, ['validate', ...Object.keys(files)])
}

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'Every mistake in the values is told at once',
})
test('every mistake of several files is told at once, each with its pointer and what would be right', async (project) => {
  await writeFile(path.join(project, 'syntax.yaml'), 'cluster:\n  shards: 3\n   replicasPerShard: 1\n')
  await writeFile(
    path.join(project, 'wrong.yaml'),
    `
cluster: { shards: 2, replicasPerShard: -1 }
persistence:
  size: 1GB
  retention: { whenScald: Delete }
auth: { password: one, existingSecret: other }
memry: { policy: noeviction }
service: { type: clusterIP }
pod: { terminationGracePeriodSeconds: "60" }
`,
  )
  const result = await chartgen(project, ['validate', 'wrong.yaml', 'syntax.yaml', 'missing.yaml'])
  assert.is(result.code, 1)
  assert.equal(mistakes(result).sort(), [
    'missing.yaml: does not exist; check the path',
    'syntax.yaml:3: not valid YAML: bad indentation of a mapping entry; mend the syntax',
    'wrong.yaml:2 /cluster/replicasPerShard: -1 is too low; give 0 or more',
    'wrong.yaml:2 /cluster/shards: 2 is too low; give 3 or more',
    'wrong.yaml:4 /persistence/size: "1GB" does not fit; give a Kubernetes quantity such as 10Gi or 500M',
    'wrong.yaml:5 /persistence/retention/whenScald: unknown key "whenScald"; did you mean "whenScaled"?',
    'wrong.yaml:6 /auth: auth.password and auth.existingSecret are both set; remove one of them',
    'wrong.yaml:7 /memry: unknown key "memry"; did you mean "memory"?',
    'wrong.yaml:8 /service/type: "clusterIP" is not one of the choices; did you mean "ClusterIP"?',
    'wrong.yaml:9 /pod/terminationGracePeriodSeconds: "60" is not an integer; give an integer such as 60',
  ])
  assert.match(result.stderr, '10 mistakes to mend.')
})

test('a mistake is told of the last file that sets the value, and a later file can mend an earlier one', async (project) => {
  const base = 'cluster: { shards: 2, replicasPerShard: 9 }\n'
  const result = await validate(project, { 'base.yaml': base, 'over.yaml': 'cluster: { shards: 1 }\n' })
  assert.equal(mistakes(result), [
    'over.yaml:1 /cluster/shards: 1 is too low; give 3 or more',
    'base.yaml:1 /cluster/replicasPerShard: 9 is too high; give 5 or less',
  ])
  const mended = await validate(project, {
    'base.yaml': base,
    'over.yaml': 'cluster: { shards: 3, replicasPerShard: 2 }\n',
  })
  assert.is(mended.code, 0, mended.stderr)
  assert.match(mended.stdout, 'valid for redis-cluster and valkey-cluster')
})

test('of three layers the one whose value is wrong is named, with its line', async (project) => {
  const layers = ['schema/environments/staging.yaml', 'second.yaml', 'third.yaml']
  const second = `
auth:
  password: one
cluster:
  # As many as there are
  # Kubernetes nodes.
  shards: 4
  replicasPerShard: 6
pod:
  tolerations:
    - { key: cache }
    - cache
persistence: null
`
  await writeFile(path.join(project, 'second.yaml'), second)
  await writeFile(
    path.join(project, 'third.yaml'),
    'auth: { existingSecretKey: key }\ncluster:\n  shards: 5\nresources: { limits: { cpu: "2" } }\n',
  )
  assert.equal(mistakes(await chartgen(project, ['validate', ...layers])), [
    'second.yaml:13: has no "persistence"; add "persistence": Where data and the node\'s identity are kept, and how.',
    'second.yaml:8 /cluster/replicasPerShard: 6 is too high; give 5 or less',
    'second.yaml:12 /pod/tolerations/1: "cache" is not a map; give a map',
  ])
})

test('values that exclude each other are told where the last of them is set', async (project) => {
  const result = await validate(project, {
    'one.yaml': 'auth:\n  password: one\n',
    'two.yaml': 'auth:\n  enabled: true\n  existingSecret: other\n',
    'three.yaml': 'auth: { enabled: true }\n',
  })
  assert.equal(mistakes(result), [
    'two.yaml:3 /auth: auth.password and auth.existingSecret are both set; remove one of them',
  ])
})

test('a number or a word that YAML reads as something else than a string is told to need quotes', async (project) => {
  const result = await validate(project, {
    'mine.yaml': `image: { tag: 7.4 }
persistence: { appendfsync: no }
pod:
  extraEnv:
    - { name: WORKERS, value: 4 }
  extraContainers:
    - name: exporter
      env: [{ name: PORT, value: 9121 }]
  tolerations: [{ key: tier, value: 1 }]
`,
  })
  const quotes = 'is not a string; put quotes around it, so that it is a string'
  assert.equal(
    mistakes(result)
      .filter((line) => !line.includes('choices'))
      .sort(),
    [
      `mine.yaml:1 /image/tag: 7.4 ${quotes}`,
      `mine.yaml:2 /persistence/appendfsync: false ${quotes}`,
      `mine.yaml:5 /pod/extraEnv/0/value: 4 ${quotes}`,
      `mine.yaml:8 /pod/extraContainers/0/env/0/value: 9121 ${quotes}`,
      `mine.yaml:9 /pod/tolerations/0/value: 1 ${quotes}`,
    ],
  )
})

test('a choice in quotes that are not its own is told to lose them', async (project) => {
  const result = await validate(project, { 'mine.yaml': 'pod: { hostUsers: "false" }\n' })
  assert.equal(mistakes(result), [
    'mine.yaml:1 /pod/hostUsers: "false" is not one of the choices; remove the quotes around it',
  ])
})

test('a null that deletes what templates count on is refused, another is not', async (project) => {
  const result = await validate(project, {
    'null.yaml':
      'cluster: { shards: null }\nimage: null\nauth: { password: null }\npod: { securityContext: null }\n',
  })
  assert.equal(
    mistakes(result).map((line) => line.split(';')[0]),
    ['null.yaml:2: has no "image"', 'null.yaml:1 /cluster: has no "shards"'],
  )
})

test('standard input is not read, and says so', async (project) => {
  const { code, stderr } = await chartgen(project, ['validate', '-'])
  assert.is(code, 1)
  assert.match(stderr, 'Name the files; standard input is not read')
})

test('an empty file, global values of a parent chart and a switch for a dependency are valid', async (project) => {
  const result = await validate(project, {
    'empty.yaml': '# nothing yet\n',
    'parent.yaml': 'enabled: yes\nglobal: { imageRegistry: registry.example.org, anything: [1] }\n',
  })
  assert.is(result.code, 0, result.stderr)
})

test('a file that is no map, and a flavour that does not exist, are told', async (project: string, scope: Scope) => {
  assert.equal(mistakes(await validate(project, { 'list.yaml': '- 1\n' })), [
    'list.yaml: is not a map of values; write keys such as "cluster:"',
  ])
  const empty = await copyOfProject(scope)
  const result = await chartgen(empty, ['validate', 'list.yaml', '--flavour', 'redis-clustre'])
  assert.is(result.code, 1)
  assert.match(result.stderr, 'There is no flavour "redis-clustre"; did you mean "redis-cluster"?')
})

test.run()
