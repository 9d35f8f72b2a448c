import { isObject, type Json, type JsonObject } from '../text/json.ts'
import type { PathDifference } from './differences.ts'

/** Whether a NetworkPolicy's rules let through all that the old ones did. No list at all lets nothing through. */
export function letsAllThrough({ before, after }: PathDifference): boolean {
  const [old, now] = [rulesOf(before), rulesOf(after)]
  return old.every((rule) => now.some((other) => covers(other, rule)))
}

const rulesOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : []

// A rule that names no peers, or no ports, means all of them.
function covers(rule: JsonObject, old: JsonObject): boolean {
  return ['from', 'to', 'ports'].every((key) => {
    const [wanted, there] = [old[key], rule[key]]
    if (!Array.isArray(there) || there.length === 0) return true
    const texts = there.map((one) => JSON.stringify(one))
    return (
      Array.isArray(wanted) && wanted.length > 0 && wanted.every((one) => texts.includes(JSON.stringify(one)))
    )
  })
}
