import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { differencesOf } from '../../generator/compare/differences.ts'
import { isObject, type Json, type JsonObject } from '../../generator/text/json.ts'
import { parseYamlAll } from '../../generator/text/yaml.ts'
import type { ValueSchema } from '../../generator/values/schema.ts'
import { template } from '../kube/helm.ts'
import { merge, type Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { render, the } from './rendered.ts'

const test = suite('strings that look like something else', { timeout: 120_000 })

/** YAML reads each of them as no string, if it stands without quotes. */
const DISGUISED = ['123', 'on', '-', '1e3', 'null', '~', '0x1f', '3240286e-210077']
/** What is no other word of the manifests; the second where the first does not have the form. */
const PLAIN = ['plain-text', '7Gi']
/** What has another meaning than its letters, with the test of that below. */
const WITH_A_MEANING = ['persistence.storageClass -']
/** Values without which another has no effect. */
const NEEDED: Record<string, Values> = { 'auth.existingSecretKey': { auth: { existingSecret: 'mine' } } }

/** A place in the values that takes strings, and values with one there. */
interface Place {
  path: string
  holding: (text: string) => Json
}

/** Every place below a schema that takes any string, in lists and maps too. */
function placesIn(schema: ValueSchema, path: string[] = [], isInList = false): Place[] {
  if (schema.enum) return []
  const own = [schema.type].flat().includes('string')
    ? [{ path: path.join('.'), holding: (text: string) => text }]
    : []
  const { properties = {}, items, additionalProperties: others } = schema
  // What a list holds has no defaults, so what it needs is set beside.
  const beside = isInList ? Object.fromEntries((schema.required ?? []).map((key) => [key, 'beside'])) : {}
  const below = (key: string, child: ValueSchema) =>
    placesIn(child, [...path, key], isInList).map(({ path, holding }) => ({
      path,
      holding: (text: string) => ({ ...beside, [key]: holding(text) }),
    }))
  return [
    ...own,
    ...Object.entries(properties).flatMap(([key, child]) => below(key, child)),
    ...(typeof others === 'object' ? below('some-key', others) : []),
    ...(items
      ? placesIn(items, [...path, '0'], true).map(({ path, holding }) => ({
          path,
          holding: (text: string) => [holding(text)],
        }))
      : []),
  ]
}

/** What a rendering holds, without what follows from it: hashes, and the password that is made anew each time. */
function withoutHashes(value: Json): Json {
  if (typeof value === 'string')
    return /^([0-9a-f]{12}|[0-9a-f]{64}|[A-Za-z0-9]{32})$/.test(value) ? '#' : value
  if (Array.isArray(value)) return value.map(withoutHashes)
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, one]) => [key, withoutHashes(one)])
  return Object.fromEntries(entries) as JsonObject
}

/** The objects that Helm makes of values, as Kubernetes reads them; its refusal if it refuses. */
async function objectsOf(values: Values): Promise<JsonObject | string> {
  const { code, stdout, stderr } = await template('redis-cluster', values)
  if (code !== 0) return stderr
  const objects = (parseYamlAll(stdout) as JsonObject[]).map((one, index) => {
    const { kind, data } = one
    const isSecret = kind === 'Secret' && isObject(data)
    const read = isSecret ? { ...one, data: { password: atob(String(data.password)) } } : one
    return [`${index} ${kind}`, withoutHashes(read)]
  })
  return Object.fromEntries(objects)
}

/** The values with a string at a place, and what they need to have an effect. */
function valuesWith({ path, holding }: Place, text: string): Values {
  return merge(NEEDED[path] ?? {}, holding(text) as Values)
}

/** A plain string that a place takes, and what comes of it; nothing if it takes none. */
async function plainly(place: Place): Promise<[plain?: string, objects?: string]> {
  for (const text of PLAIN) {
    const found = await objectsOf(valuesWith(place, text))
    if (typeof found !== 'string') return [text, JSON.stringify(found)]
  }
  return []
}

const schema = JSON.parse(await readFile('chart/redis-cluster/values.schema.json', 'utf8')) as ValueSchema
const places = placesIn(schema)

for (const place of places)
  test(`${place.path} is the same string in the manifests, or refused by name`, async () => {
    const [plain = '', expected = ''] = await plainly(place)
    for (const text of DISGUISED) {
      const found = await objectsOf(valuesWith(place, text))
      if (typeof found === 'string') {
        const names = [`'/${place.path.replaceAll('.', '/')}'`, `: ${place.path} `]
        assert.ok(
          names.some((name) => found.includes(name)),
          found,
        )
        continue
      }
      if (WITH_A_MEANING.includes(`${place.path} ${text}`)) continue
      assert.ok(plain !== '' && expected.includes(plain), 'it has no effect')
      const wrong = differencesOf(JSON.parse(expected.replaceAll(plain, text)), found)
      const told = wrong.map(({ path, after }) => `${path.join('.')}: ${JSON.stringify(after)?.slice(0, 80)}`)
      assert.equal(told, [], `${JSON.stringify(text)} has become something else:\n${told.join('\n')}`)
    }
  })

test('there are places in maps and in lists among them', () => {
  const paths = places.map(({ path }) => path)
  for (const path of ['image.pullSecrets.0', 'commonLabels.some-key', 'pod.extraContainers.0.env.0.value'])
    assert.ok(paths.includes(path), path)
})

test('a storage class “-” asks for volumes without a class', async () => {
  const claimOf = async (storageClass: string) => {
    const { spec } = the(await render('redis-cluster', { persistence: { storageClass } }), 'StatefulSet')
    const [claim] = spec.volumeClaimTemplates as { spec: { storageClassName?: string } }[]
    return claim?.spec.storageClassName
  }
  assert.is(await claimOf('-'), '')
  assert.is(await claimOf('fast'), 'fast')
  assert.is(await claimOf(''), undefined)
})

test.run()
