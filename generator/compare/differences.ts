import { isObject, type Json, type JsonObject } from '../text/json.ts'

/** Where two values differ: the path of keys, and what is there on either side. */
export interface PathDifference {
  path: string[]
  before: Json | undefined
  after: Json | undefined
}

// Maps of which each key has a meaning of its own, so that the whole of it gone is each of them gone.
const KEY_BY_KEY = /^(metadata\.(annotations|labels)|data|stringData)$/

/** Finds all leaves in which two values differ. Items of lists that have names are told apart by those. */
export function differencesOf(
  before: Json | undefined,
  after: Json | undefined,
  path: string[] = [],
): PathDifference[] {
  const each = KEY_BY_KEY.test(path.join('.'))
  const [old, now] = each ? [mapOf(before ?? {}), mapOf(after ?? {})] : [mapOf(before), mapOf(after)]
  if (!old || !now) return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return keys.flatMap((key) => differencesOf(own(old, key), own(now, key), [...path, key]))
}

function mapOf(value: Json | undefined): JsonObject | undefined {
  if (isObject(value)) return value
  if (!Array.isArray(value) || value.length === 0) return undefined
  const names = value.map((item) =>
    isObject(item) ? (item.name ?? item.alert ?? item.record ?? nameIn(item)) : undefined,
  )
  const areNames = names.every((name) => typeof name === 'string') && new Set(names).size === names.length
  return areNames ? Object.fromEntries(value.map((item, index) => [String(names[index]), item])) : undefined
}

// A volume claim's name is in its metadata; a rule of Prometheus has the name of what it makes.
function nameIn({ metadata }: JsonObject): Json | undefined {
  return isObject(metadata) ? metadata.name : undefined
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
