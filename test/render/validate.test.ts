import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { isObject, type Json } from '../../generator/text/json.ts'
import { defaultOf, type ValueSchema } from '../../generator/values/schema.ts'
import { template } from '../kube/helm.ts'
import type { Values } from '../kube/values.ts'
import { run } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { flavours } from './rendered.ts'

const test = suite('chartgen validate, beside Helm', { timeout: 120_000 })

/** What chartgen says of files with these texts, from the folder they are in. */
async function validate(scope: Scope, texts: Record<string, string>, env = process.env) {
  const folder = await mkdtemp(path.join(tmpdir(), 'validate-'))
  scope.defer(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(texts)) await writeFile(path.join(folder, name), text)
  const bin = path.resolve('generator/bin.js')
  return run(process.execPath, [bin, 'validate', ...Object.keys(texts)], { cwd: folder, env })
}

test('what only a template can refuse is told too, with the file and line that set the value', async (_, scope) => {
  const { code, stderr } = await validate(scope, {
    'dev.yaml': 'cluster:\n  shards: 3\n  replicasPerShard: 0\n',
    'mine.yaml': '# mine\npersistence:\n  enabled: false\n',
  })
  assert.is(code, 1)
  assert.is(stderr.split('\n').filter((line) => line.includes('replicasPerShard is 0')).length, 1, stderr)
  assert.match(stderr, /^mine\.yaml:3 \/persistence\/enabled: persistence\.enabled is false and/)
})

test('without helm it says what was not checked', async (_, scope) => {
  const { code, stdout } = await validate(
    scope,
    { 'fine.yaml': 'cluster: { shards: 4 }\n' },
    { ...process.env, PATH: '/nowhere' },
  )
  assert.is(code, 0)
  assert.match(stdout, 'by their schema; with helm on PATH their templates are asked as well')
})

/** The paths of all values that have a default, those of whole topics included. */
function pathsOf(value: Json, path: string[] = []): string[][] {
  const inner = isObject(value) ? Object.entries(value) : []
  const own = path.length > 0 ? [path] : []
  return [...own, ...inner.flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

for (const flavour of flavours)
  test(`whatever of ${flavour} is set to null is refused by the schema, or rendered without harm`, async () => {
    const schema = JSON.parse(await readFile(`chart/${flavour}/values.schema.json`, 'utf8')) as ValueSchema
    const wrong: string[] = []
    for (const keys of pathsOf(defaultOf(schema))) {
      const values = keys.reduceRight<unknown>((value, key) => ({ [key]: value }), null) as Values
      const { code, stdout, stderr } = await template(flavour, values)
      const refused = code !== 0 && /values don't meet the specifications of the schema/.test(stderr)
      if (!refused && (code !== 0 || /%!|: null$|<nil>/m.test(stdout))) wrong.push(keys.join('.'))
    }
    assert.equal(wrong, [])
  })

test.run()
