import { isObject, type Json, type JsonObject } from '../text/json.ts'

/** Merges values files in order, as `helm -f one -f two` does: maps deep, all else replaced, null kept for later. */
export function mergeFiles(files: JsonObject[]): JsonObject {
  return files.reduce((merged, file) => merge(merged, file), {})
}

/** Lays an installer's values over a chart's defaults, as Helm does: null deletes a default. */
export function overDefaults(defaults: Json, values: JsonObject): Json {
  return isObject(defaults) ? withoutDeleted(defaults, values) : values
}

function merge(under: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map(Object.entries(under))
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key)
    merged.set(key, isObject(below) && isObject(value) ? merge(below, value) : value)
  }
  return Object.fromEntries(merged)
}

// A null where there is no default stays, so that a misspelt key does not vanish unnoticed.
function withoutDeleted(defaults: JsonObject, values: JsonObject): JsonObject {
  const merged = new Map(Object.entries(defaults))
  for (const [key, value] of Object.entries(values)) {
    const below = merged.get(key)
    if (value === null && below !== undefined) merged.delete(key)
    else merged.set(key, isObject(below) && isObject(value) ? withoutDeleted(below, value) : value)
  }
  return Object.fromEntries(merged)
}
