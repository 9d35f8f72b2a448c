import { isObject, type Json, type JsonObject } from '../text/json.ts'

/** The JSON Schema of one value: draft-07, with two keywords of ours for the messages that a person reads. */
export interface ValueSchema {
  type?: string | string[]
  description?: string
  default?: Json
  examples?: Json[]
  enum?: Json[]
  pattern?: string
  'x-pattern-help'?: string
  properties?: { [key: string]: ValueSchema }
  items?: ValueSchema
  additionalProperties?: boolean | ValueSchema
  required?: string[]
  not?: JsonObject
  'x-message'?: string
  /** Keys that were here once: the path of the key that took a key's place. */
  'x-renamed'?: Renamed
  [keyword: string]: unknown
}

/** Paths by the keys that they took the place of. */
export type Renamed = { [old: string]: string }

/** The schemas of all topics as one: that of the whole values file. */
export function valuesSchema(topics: [name: string, schema: ValueSchema][], renamed?: Renamed): ValueSchema {
  const properties = Object.fromEntries(topics)
  return {
    type: 'object',
    additionalProperties: false,
    properties,
    ...(renamed ? { 'x-renamed': renamed } : {}),
  }
}

/** What a person is told who sets a key that was renamed. */
export function renamedSentence(path: string[], now: string): string {
  return `${path.join('.')} is called ${now} now: move the value there`
}

/**
 * A copy of a schema that requires what has to be there. An installer's null deletes a default, and where nothing is not
 * the same as an empty value, templates count on it: without this, "shards: null" would be a cluster of no pods.
 */
export function withRequired(schema: ValueSchema): ValueSchema {
  if (!schema.properties) return schema
  const children = Object.entries(schema.properties)
  const needed = children
    .filter(
      ([, child]) => child.properties || isNeededByTemplates(child.default) || Number(child.minItems) > 0,
    )
    .map(([key]) => key)
  const required = [...new Set([...(schema.required ?? []), ...needed])]
  return {
    ...schema,
    ...(required.length > 0 ? { required } : {}),
    properties: mapValues(schema.properties, withRequired),
  }
}

/** Whether a template relies on this scalar being there: an empty text or 0 is as good as none, a false is not. */
function isNeededByTemplates(value: Json | undefined): boolean {
  return typeof value === 'boolean' || (Boolean(value) && typeof value !== 'object')
}

/** The value that a schema's defaults make together. */
export function defaultOf(schema: ValueSchema): Json {
  if (!schema.properties) return schema.default ?? null
  return mapValues(schema.properties, defaultOf)
}

/** The schema of the value at a path; undefined if the schema names no such value. */
export function schemaAt(schema: ValueSchema, path: string[]): ValueSchema | undefined {
  return path.reduce<ValueSchema | undefined>((here, key) => here?.properties?.[key], schema)
}

/** The paths of all values that are no maps of others. */
export function leavesOf(schema: ValueSchema, path: string[] = []): string[][] {
  if (!schema.properties) return [path]
  return Object.entries(schema.properties).flatMap(([key, child]) => leavesOf(child, [...path, key]))
}

/** A copy of a schema whose defaults are those of `values`. */
export function withDefaults(schema: ValueSchema, values: Json | undefined): ValueSchema {
  if (values === undefined) return schema
  if (!schema.properties) return { ...schema, default: values }
  const inner = isObject(values) ? values : {}
  return {
    ...schema,
    properties: mapValues(schema.properties, (child, key) => withDefaults(child, inner[key])),
  }
}

function mapValues<A, B>(
  object: { [key: string]: A },
  change: (value: A, key: string) => B,
): { [key: string]: B } {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
}
