import { Ajv, type ValidateFunction } from 'ajv'
import type { Json } from '../text/json.ts'
import { type Explanation, explain } from './explain.ts'

const ajv = new Ajv({ allErrors: true, verbose: true, strict: false })
const compiled = new WeakMap<object, ValidateFunction>()

/** Everything that is wrong with a value by its JSON Schema; throws if the schema itself is not one. */
export function conforms(value: Json, schema: object): Explanation[] {
  const check = compiled.get(schema) ?? ajv.compile(schema)
  compiled.set(schema, check)
  check(value)
  return (check.errors ?? []).flatMap((error) => explain(error) ?? [])
}

/** Why a JSON Schema is not one, or undefined if it is. */
export function defectOf(schema: object): string | undefined {
  try {
    ajv.compile(schema)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
