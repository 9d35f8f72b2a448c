import { isObject } from '../text/json.ts'
import type { Sources } from './sources.ts'

/** Directives that cluster.extraConfig may not hold, as schema/directives.yaml says it; empty texts and 0 stand for nothing. */
export interface Refused {
  names: string[]
  because: string
  instead: string
  /** The least number with which it is taken. */
  least: number
  /** The value without which it is taken, and what the value is then. */
  onlyWith: { value: string; is: string }
}

/** What cluster.extraConfig may not hold, from valid sources. */
export function refusedOf({ directives: { data } }: Sources): Refused[] {
  const list = isObject(data) && Array.isArray(data.refused) ? data.refused : []
  return list.filter(isObject).map((one) => {
    const { onlyWith = {}, least = 0 } = one as unknown as Partial<Refused>
    const instead = least > 0 ? `give ${least} or more` : 'remove it'
    return { instead, ...one, least, onlyWith: { value: '', is: '', ...onlyWith } } as Refused
  })
}
