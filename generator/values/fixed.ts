import { isObject } from '../text/json.ts'
import type { Sources } from './sources.ts'

/** A value that an upgrade cannot change, as schema/fixed.yaml says it; empty texts stand for nothing. */
export interface Fixed {
  value: string
  /** Its key in the topology's ConfigMap. */
  key: string
  /** The template that tells what the value comes to, if that is not the value alone. */
  as: string
  because: string
  instead: string
  /** The value without which this one does not matter. */
  onlyWith: string
}

/** What an upgrade cannot change, from valid sources. */
export function fixedOf({ fixed: { data } }: Sources): Fixed[] {
  const list = isObject(data) && Array.isArray(data.fixed) ? data.fixed : []
  return list
    .filter(isObject)
    .map((one) => ({ as: '', instead: '', onlyWith: '', ...one }) as unknown as Fixed)
}
