import type { Class } from '../release/bump.ts'
import { isObject, type Json } from '../text/json.ts'
import type { ValueSchema } from '../values/schema.ts'

/** How a value's own rules differ; where it stands is known to the caller. */
export interface RuleChange {
  class: Class
  what: string
  remedy?: string
}

const LIMITS = {
  minimum: { stricter: 'higher', what: 'must be at least' },
  maximum: { stricter: 'lower', what: 'must be at most' },
  minLength: { stricter: 'higher', what: 'must have so many characters at least:' },
  maxLength: { stricter: 'lower', what: 'must have so many characters at most:' },
  minItems: { stricter: 'higher', what: 'must have so many items at least:' },
  maxItems: { stricter: 'lower', what: 'must have so many items at most:' },
} as const

/** Keywords that have a comparison of their own, here or where keys and items are compared, and those that are for people. */
const COMPARED = new Set([
  ...['type', 'enum', 'pattern', 'if', 'not', 'uniqueItems', 'additionalProperties', ...Object.keys(LIMITS)],
  ...['properties', 'required', 'items', 'default'],
  // An "else" says no more than the sentence for what "if" found.
  ...['$schema', 'title', 'description', 'examples', 'else'],
])

/** Compares what two schemas allow a value to be, without its keys and items. */
export function compareRules(old: ValueSchema, now: ValueSchema): RuleChange[] {
  return [
    ...compareTypes(typesOf(old), typesOf(now)),
    ...compareChoices(old.enum, now.enum),
    ...Object.keys(LIMITS).flatMap((name) => compareLimit(name as keyof typeof LIMITS, old, now)),
    ...comparePresence('the rule on its form', old.pattern, now.pattern),
    ...comparePresence('the rule on what must not be', conditionOf(old), conditionOf(now)),
    ...comparePresence('that items differ', old.uniqueItems || undefined, now.uniqueItems || undefined),
    ...compareOpenness(old.additionalProperties, now.additionalProperties),
    ...compareOthers(old, now),
  ]
}

function compareTypes(old: string[], now: string[]): RuleChange[] {
  // No type is any type, and every integer is a number.
  const takes = (types: string[], type: string) =>
    types.length === 0 || types.includes(type) || (type === 'integer' && types.includes('number'))
  const narrower = now.length > 0 && (old.length === 0 || old.some((type) => !takes(now, type)))
  const wider = old.length > 0 && (now.length === 0 || now.some((type) => !takes(old, type)))
  const change = `must be ${now.join(' or ') || 'anything'}, not ${old.join(' or ') || 'anything'}`
  if (narrower) return [{ class: 'breaking', what: change, remedy: 'change your value to that type' }]
  return wider ? [{ class: 'feature', what: change.replace('must', 'may') }] : []
}

function compareChoices(old: Json[] | undefined, now: Json[] | undefined): RuleChange[] {
  const texts = (choices: Json[] = []) => choices.map((choice) => JSON.stringify(choice))
  const [before, after] = [texts(old), texts(now)]
  const list = after.join(', ')
  if (!old || !now) {
    if (now) return [{ class: 'breaking', what: `must be one of ${list}`, remedy: 'choose one of them' }]
    return old ? [{ class: 'feature', what: 'may be anything, not only one of its choices' }] : []
  }
  const gone = before.filter((choice) => !after.includes(choice))
  const added = after.filter((choice) => !before.includes(choice))
  return [
    ...gone.map((choice): RuleChange => {
      return { class: 'breaking', what: `can no longer be ${choice}`, remedy: `choose one of ${list}` }
    }),
    ...added.map((choice): RuleChange => ({ class: 'feature', what: `can be ${choice}` })),
  ]
}

function compareLimit(name: keyof typeof LIMITS, old: ValueSchema, now: ValueSchema): RuleChange[] {
  const [before, after] = [old[name] as number | undefined, now[name] as number | undefined]
  if (before === after) return []
  const { stricter, what } = LIMITS[name]
  if (after === undefined) return [{ class: 'feature', what: `has no ${name} any more` }]
  const isStricter = before === undefined || (stricter === 'higher' ? after > before : after < before)
  const change = `${what} ${after}${before === undefined ? '' : `, not ${before}`}`
  if (isStricter) return [{ class: 'breaking', what: change, remedy: 'change your value if it is beyond' }]
  return [{ class: 'feature', what: change }]
}

// Two rules that differ cannot be told apart as stricter and looser, so any other rule may refuse what was right.
function comparePresence(what: string, old: unknown, now: unknown): RuleChange[] {
  if (JSON.stringify(old) === JSON.stringify(now)) return []
  if (now === undefined) return [{ class: 'feature', what: `${what} is gone` }]
  const change = `${what} is ${old === undefined ? 'new' : 'another'}: ${JSON.stringify(now)}`
  return [{ class: 'breaking', what: change, remedy: 'check your value with chartgen validate' }]
}

function compareOpenness(old: unknown, now: unknown): RuleChange[] {
  if ((old ?? true) === false && (now ?? true) !== false)
    return [{ class: 'feature', what: 'takes keys that it does not know' }]
  if ((old ?? true) !== false && now === false)
    return [
      {
        class: 'breaking',
        what: 'refuses keys that it does not know',
        remedy: 'take them out of your values',
      },
    ]
  return []
}

// Rules that are not understood cannot be told apart as stricter and looser either.
function compareOthers(old: ValueSchema, now: ValueSchema): RuleChange[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  const others = names.filter((name) => !COMPARED.has(name) && !name.startsWith('x-'))
  return others.flatMap((name) => comparePresence(`the rule "${name}"`, old[name], now[name]))
}

// Our sentences are written as conditions; that of a pattern says what the pattern says.
function conditionOf({ if: condition, not }: ValueSchema): unknown {
  const isPattern = isObject(condition) && 'pattern' in condition
  return isPattern ? not : (condition ?? not)
}

function typesOf({ type }: ValueSchema): string[] {
  return type === undefined ? [] : [type].flat()
}
