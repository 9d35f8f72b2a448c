import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import type { Scope } from '../harness/scope.ts'
import { suite } from '../harness/suite.ts'
import { chartgen, copyOfProject, mistakes } from './project.ts'

const test = suite('chartgen validate', { setup: copyOfProject, timeout: 30_000 })

async function validate(project: string, files: { [name: string]: string }) {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(project, name), text)
  return chartgen(project, ['validate', ...Object.keys(files)])
}

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
    'wrong.yaml /auth: auth.password and auth.existingSecret are both set; remove one of them',
    'wrong.yaml /cluster/replicasPerShard: -1 is too low; give 0 or more',
    'wrong.yaml /cluster/shards: 2 is too low; give 3 or more',
    'wrong.yaml /memry: unknown key "memry"; did you mean "memory"?',
    'wrong.yaml /persistence/retention/whenScald: unknown key "whenScald"; did you mean "whenScaled"?',
    'wrong.yaml /persistence/size: "1GB" does not fit; give a Kubernetes quantity such as 10Gi or 500M',
    'wrong.yaml /pod/terminationGracePeriodSeconds: "60" is not an integer; give an integer such as 60',
    'wrong.yaml /service/type: "clusterIP" is not one of the choices; did you mean "ClusterIP"?',
  ])
  assert.match(result.stderr, '10 mistakes to mend.')
})

test('a mistake is told of the last file that sets the value, and a later file can mend an earlier one', async (project) => {
  const base = 'cluster: { shards: 2, replicasPerShard: 9 }\n'
  const result = await validate(project, { 'base.yaml': base, 'over.yaml': 'cluster: { shards: 1 }\n' })
  assert.equal(mistakes(result), [
    'over.yaml /cluster/shards: 1 is too low; give 3 or more',
    'base.yaml /cluster/replicasPerShard: 9 is too high; give 5 or less',
  ])
  const mended = await validate(project, {
    'base.yaml': base,
    'over.yaml': 'cluster: { shards: 3, replicasPerShard: 2 }\n',
  })
  assert.is(mended.code, 0, mended.stderr)
  assert.match(mended.stdout, 'valid for redis-cluster and valkey-cluster')
})

test('a null that deletes what templates count on is refused, another is not', async (project) => {
  const result = await validate(project, {
    'null.yaml':
      'cluster: { shards: null }\nimage: null\nauth: { password: null }\npod: { securityContext: null }\n',
  })
  assert.equal(
    mistakes(result).map((line) => line.split(';')[0]),
    ['null.yaml: has no "image"', 'null.yaml /cluster: has no "shards"'],
  )
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
