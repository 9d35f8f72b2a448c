import { isDeepStrictEqual } from 'node:util'
import { isObject, type Json, type JsonObject } from '../text/json.ts'
import type { ValueSchema } from '../values/schema.ts'
import type { Finding } from './finding.ts'
import { compareRules } from './rules.ts'

/** What changed for an installer in what may be set: two charts' values.schema.json compared, key by key. */
export function compareValues(old: ValueSchema, now: ValueSchema, path: string[] = []): Finding[] {
  return [
    ...compareRules(old, now).map((finding) => ({ ...finding, where: whereOf(path) })),
    ...compareDefault(old, now, path),
    ...compareKeys(old, now, path),
    ...compareInside(old, now, path),
  ]
}

function compareKeys(old: ValueSchema, now: ValueSchema, path: string[]): Finding[] {
  const [before, after] = [old.properties ?? {}, now.properties ?? {}]
  const removed = Object.keys(before).filter((key) => !isThere(after[key]) && isThere(before[key]))
  const added = Object.keys(after).filter((key) => isThere(after[key]) && !isThere(before[key]))
  return [
    ...removed.map((key) => removedKey([...path, key], after[key], now)),
    ...added.flatMap((key) =>
      addedKey([...path, key], after[key] ?? {}, now.required?.includes(key) ?? false, othersOf(old)),
    ),
    ...requiredNow(old, now, path),
    ...Object.keys(after)
      .filter((key) => isThere(after[key]) && isThere(before[key]))
      .flatMap((key) => compareValues(before[key] ?? {}, after[key] ?? {}, [...path, key])),
  ]
}

function removedKey(path: string[], refused: ValueSchema | undefined, parent: ValueSchema): Finding {
  const where = whereOf(path)
  const sentence = refused?.enum?.[0]
  if (sentence !== undefined)
    return { class: 'breaking', where, what: 'was renamed', remedy: String(sentence) }
  const taken = parent.additionalProperties !== false
  const what = taken
    ? 'is gone, and what is set there does nothing any more'
    : 'is gone, and refused where it is set'
  return { class: 'breaking', where, what, remedy: 'take it out of your values' }
}

// Where any key was taken, one that has a rule now is no new one.
function addedKey(path: string[], now: ValueSchema, required: boolean, before?: ValueSchema): Finding[] {
  const where = whereOf(path)
  const { default: value, properties } = now
  if (required && value === undefined && !properties)
    return [
      { class: 'breaking', where, what: 'is new, and has to be set', remedy: 'set it before you upgrade' },
    ]
  if (before) return compareValues(before, now, path)
  return [{ class: 'feature', where, what: properties ? 'is new' : `is new, ${shown(value)} by default` }]
}

// What must be there now: null used to take it away, or nobody had to set it.
function requiredNow(old: ValueSchema, now: ValueSchema, path: string[]): Finding[] {
  const newly = (now.required ?? []).filter((key) => !old.required?.includes(key))
  return newly
    .filter((key) => isThere(old.properties?.[key]) || !isThere(now.properties?.[key]))
    .map((key) => ({
      class: 'breaking',
      where: whereOf([...path, key]),
      what: 'has to be there now',
      remedy: 'set it, and not to null',
    }))
}

function compareDefault(old: ValueSchema, now: ValueSchema, path: string[]): Finding[] {
  if (old.default === undefined || now.default === undefined) return []
  if (isDeepStrictEqual(old.default, now.default)) return []
  const what = `is ${shown(now.default)} by default, not ${shown(old.default)}`
  return [{ class: 'feature', where: whereOf(path), what, remedy: 'set it to keep what it was' }]
}

// What a list or a free-form map may hold.
function compareInside(old: ValueSchema, now: ValueSchema, path: string[]): Finding[] {
  const areLists = mayBe(old, 'array') && mayBe(now, 'array')
  const [before, after] = [othersOf(old), othersOf(now)]
  return [
    ...(areLists ? compareValues(old.items ?? {}, now.items ?? {}, [...path, '[]']) : []),
    ...(before && after ? compareValues(before, after, [...path, '*']) : []),
  ]
}

// What the keys that a map does not name may hold; undefined where there are none, {} where that is anything.
function othersOf(schema: ValueSchema): ValueSchema | undefined {
  const { additionalProperties: others = true } = schema
  if (others === false || !mayBe(schema, 'object')) return undefined
  return others === true ? {} : others
}

// Whether the schema allows this type and says anything about it; a schema without rules has nothing inside to compare.
function mayBe({ type, ...rules }: ValueSchema, what: 'array' | 'object'): boolean {
  return type === undefined ? Object.keys(rules).length > 0 : [type].flat().includes(what)
}

// A key that was renamed is in the schema only to be refused.
function isThere(schema: ValueSchema | undefined): schema is ValueSchema {
  return schema !== undefined && !(isObject(schema.not) && Object.keys(schema.not as JsonObject).length === 0)
}

function whereOf(path: string[]): string {
  return path.length === 0 ? 'values' : `value ${path.join('.').replaceAll('.[]', '[]')}`
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
