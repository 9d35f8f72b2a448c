import { isObject } from '../text/json.ts'
import type { Source } from '../text/source.ts'
import { mergeFiles } from './merge.ts'
import { defaultOf, type ValueSchema } from './schema.ts'

/** Values for one purpose that come with the charts, as schema/environments has them. */
export interface Environment {
  name: string
  /** What it is for: the comment that the file begins with, in one line. */
  purpose: string
  /** How many pods it makes. */
  pods: number
}

/** What a chart tells of an environment. The source and the schema must be valid. */
export function environmentOf({ name, text, data }: Source, schema: ValueSchema): Environment {
  const values = mergeFiles([defaultOf(schema), data ?? {}].filter(isObject))
  const { shards, replicasPerShard } = isObject(values.cluster) ? values.cluster : {}
  return { name, purpose: purposeOf(text), pods: Number(shards) * (1 + Number(replicasPerShard)) }
}

/** The first paragraph of the comment that a file begins with, in one line. */
export function purposeOf(text: string): string {
  const [lines = ''] = /^(?:# .*\n)*/.exec(text) ?? []
  return lines.replaceAll(/^# /gm, '').trim().replaceAll('\n', ' ')
}
