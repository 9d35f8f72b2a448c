/** Any value that YAML or JSON can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject

/** A map of YAML or JSON. */
export interface JsonObject {
  [key: string]: Json
}

/** Whether a value is a map: neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
