import { Ajv, type ValidateFunction } from 'ajv'
import type { Json } from '../text/json.ts'
import { type Explanation, explain } from './explain.ts'

const ajv = new Ajv({ allErrors: true, verbose: true, strict: false })
/** By the schema's text: sources that are loaded again are other objects with the same schemas. */
const compiled = new Map<string, ValidateFunction>()

function compile(schema: object): ValidateFunction {
  const text = JSON.stringify(schema)
  const check = compiled.get(text) ?? ajv.compile(schema)
  compiled.set(text, check)
  return check
}

/** Everything that is wrong with a value by its JSON Schema; throws if the schema itself is not one. */
export function conforms(value: Json, schema: object): Explanation[] {
  const check = compile(schema)
  check(value)
  return (check.errors ?? []).flatMap((error) => explain(error) ?? [])
}

/** Why a JSON Schema is not one, or undefined if it is. */
export function defectOf(schema: object): string | undefined {
  try {
    compile(schema)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
