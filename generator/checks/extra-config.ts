import { isObject, type Json } from '../text/json.ts'
import type { Mistake } from '../text/mistake.ts'
import type { Source } from '../text/source.ts'
import type { Refused } from '../values/directives.ts'
import { overDefaults } from '../values/merge.ts'
import { defaultOf } from '../values/schema.ts'
import { type Accepting, merged, placeOf } from './values.ts'

/** What judges the lines of cluster.extraConfig: a chart, by its schema and the directives that it refuses. */
export interface Judging extends Accepting {
  context: { refused: Refused[] }
}

/** Finds what charts refuse of the lines in cluster.extraConfig, as their template _directives.tpl does. */
export function checkExtraConfig(files: Source[], charts: Judging[]): Mistake[] {
  const pointer = '/cluster/extraConfig'
  return charts.flatMap(({ schema, context }) => {
    const values = overDefaults(defaultOf(schema), merged(files))
    const refused = context.refused.filter(({ onlyWith }) => matters(onlyWith, values))
    return String(at(values, 'cluster.extraConfig') ?? '')
      .split('\n')
      .flatMap((line) => {
        const found = judge(line.trim(), refused)
        return found ? [{ ...placeOf({ pointer }, files), pointer, ...found }] : []
      })
  })
}

// The server takes quotes and escapes off a directive's name too. No configuration needs them there.
function judge(line: string, refused: Refused[]): { problem: string; fix: string } | undefined {
  const [word = '', number = ''] = line.split(/[ \t\r]+/)
  const name = word.toLowerCase()
  if (!/^(#.*|[a-z0-9._-]*)$/.test(name))
    return { problem: `has quotes or escapes in ${name}`, fix: 'write the name of a directive plainly' }
  const rule = refused.find(({ names }) => names.includes(name))
  if (!rule || (rule.least > 0 && Number(number) >= rule.least)) return undefined
  return { problem: `sets ${name}, but ${rule.because}`, fix: rule.instead }
}

function matters({ value, is }: Refused['onlyWith'], values: Json): boolean {
  if (value === '') return true
  const now = String(at(values, value) ?? '')
  return is === '' ? now !== '' : now === is
}

function at(values: Json, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>((here, key) => (isObject(here) ? here[key] : undefined), values)
}
