import type { ErrorObject } from 'ajv'
import { fromPointer, toPointer } from '../text/pointer.ts'
import { suggest } from '../text/suggest.ts'
import { renamedSentence, type ValueSchema } from '../values/schema.ts'

/** What is wrong at a pointer into the data, and what would be right. */
export interface Explanation {
  pointer: string
  problem: string
  fix?: string
  /** The keys below the pointer that it is about, where it is not about all of the value. */
  keys?: string[]
}

/** Turns one error of ajv (with allErrors and verbose) into words; undefined for one that only repeats others. */
export function explain(error: ErrorObject): Explanation | undefined {
  if (error.keyword === 'if' || error.keyword === 'propertyNames') return undefined
  const at = error.instancePath
  // A key's own text is judged by propertyNames: the mistake is the key, so the pointer leads to it.
  if (error.propertyName !== undefined) {
    return { pointer: at + toPointer([error.propertyName]), ...words(error, error.propertyName) }
  }
  if (error.keyword === 'additionalProperties') {
    const key: string = error.params.additionalProperty
    const now = brokenBy(error)['x-renamed']?.[key]
    if (now !== undefined) {
      const path = [...fromPointer(at), key]
      return { pointer: at + toPointer([key]), problem: renamedSentence(path, now) }
    }
    const known = Object.keys(brokenBy(error).properties ?? {})
    return { pointer: at + toPointer([key]), problem: `unknown key "${key}"`, fix: suggest(key, known) }
  }
  return { pointer: at, ...words(error, error.data) }
}

function words(error: ErrorObject, value: unknown): Omit<Explanation, 'pointer'> {
  const schema = brokenBy(error)
  const { limit } = error.params
  const given = quote(value)
  switch (error.keyword) {
    case 'required':
      return missing(error.params.missingProperty, schema)
    case 'type':
      return {
        problem: `${given} is not ${typeNames(schema.type)}`,
        fix: isUnquoted(value, schema)
          ? 'put quotes around it, so that it is a string'
          : `give ${typeNames(schema.type)}${such(schema)}`,
      }
    case 'minimum':
      return { problem: `${given} is too low`, fix: `give ${limit} or more` }
    case 'maximum':
      return { problem: `${given} is too high`, fix: `give ${limit} or less` }
    case 'minLength':
      return {
        problem: value === '' ? 'is empty' : `${given} is too short`,
        fix: `give ${limit} or more characters`,
      }
    case 'maxLength':
      return { problem: `${given} is too long`, fix: `give at most ${limit} characters` }
    case 'minItems':
      return { problem: 'has too few items', fix: `give ${limit} or more` }
    case 'uniqueItems':
      return {
        problem: `items ${error.params.j} and ${error.params.i} are the same`,
        fix: 'remove one of them',
      }
    case 'pattern':
      return {
        problem: `${given} does not fit`,
        fix: `give ${schema['x-pattern-help'] ?? `text like ${schema.pattern}`}`,
      }
    case 'enum':
      return {
        problem: `${given} is not one of the choices`,
        fix: isQuoted(value, schema)
          ? 'remove the quotes around it'
          : suggest(String(value), (schema.enum ?? []).map(String)),
      }
    case 'const':
      return { problem: `${given} is not allowed`, fix: `give ${quote(error.params.allowedValue)}` }
    case 'dependencies':
      return { problem: `has "${error.params.property}"`, fix: `add "${error.params.missingProperty}" too` }
    case 'not':
      return {
        problem: schema['x-message'] ?? 'is a combination that is not allowed',
        keys: (error.schema as ValueSchema).required ?? [],
      }
    default:
      return { problem: error.message ?? error.keyword }
  }
}

/** Whether YAML read as a number, or as true or false, what was meant for a string. */
function isUnquoted(value: unknown, { type }: ValueSchema): boolean {
  return type === 'string' && ['number', 'boolean'].includes(typeof value)
}

/** Whether a string was given for what is a choice without its quotes. */
function isQuoted(value: unknown, { enum: choices = [] }: ValueSchema): boolean {
  return typeof value === 'string' && choices.some((choice) => String(choice) === value)
}

function missing(key: string, schema: ValueSchema): Omit<Explanation, 'pointer'> {
  const meaning = schema.properties?.[key]?.description?.split(/(?<=\.)\s/)[0]
  return {
    problem: `has no "${key}"`,
    fix: meaning ? `add "${key}": ${meaning}` : `add "${key}"`,
    keys: [key],
  }
}

/** The schema that a value breaks, with the keyword that it breaks. */
function brokenBy(error: ErrorObject): ValueSchema {
  return (error.parentSchema ?? {}) as ValueSchema
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function typeNames(type: string | string[] | undefined): string {
  return [type ?? []].flat().map(typeName).join(' or ')
}

function typeName(type: string): string {
  if (type === 'object') return 'a map'
  if (type === 'array') return 'a list'
  if (type === 'boolean') return 'true or false'
  if (type === 'null') return 'null'
  return type === 'integer' ? 'an integer' : `a ${type}`
}

function such(schema: ValueSchema): string {
  const example = schema.examples?.[0] ?? schema.default
  const told = typeof example === 'number' || (typeof example === 'string' && example !== '')
  return told ? ` such as ${quote(example)}` : ''
}
