import { isObject, type JsonObject } from '../text/json.ts'
import { lineOf } from '../text/lines.ts'
import type { Mistake } from '../text/mistake.ts'
import { depthOf, fromPointer } from '../text/pointer.ts'
import type { Source } from '../text/source.ts'
import { mergeFiles, overDefaults } from '../values/merge.ts'
import { defaultOf, type ValueSchema } from '../values/schema.ts'
import { conforms } from './conforms.ts'
import type { Explanation } from './explain.ts'

/** What takes values: a chart, by its schema. */
export interface Accepting {
  schema: ValueSchema
}

/** Finds every mistake in an installer's values files, merged in order as Helm merges them, for each of the charts. */
export function checkValues(files: Source[], charts: Accepting[]): Mistake[] {
  const unreadable = files.flatMap(({ file, data, mistake }) => {
    if (mistake || data === undefined || isObject(data)) return mistake ?? []
    return { file, problem: 'is not a map of values', fix: 'write keys such as "cluster:"' }
  })
  const readable = files.filter(({ data }) => isObject(data))
  const values = merged(readable)
  const wrong = charts.flatMap(({ schema }) =>
    conforms(overDefaults(defaultOf(schema), values), schema).map((mistake) => {
      const { pointer, problem, fix } = mistake
      return { ...placeOf(mistake, readable), pointer, problem, ...(fix === undefined ? {} : { fix }) }
    }),
  )
  return [...unreadable, ...wrong]
}

/** What values files make together, as Helm merges them. */
export function merged(files: Source[]): JsonObject {
  return mergeFiles(files.map(({ data }) => data).filter(isObject))
}

/** Where the values at a pointer, or at some of its keys, were set: in the last file, because that one decides. */
export function placeOf(
  { pointer, keys = [] }: Pick<Explanation, 'pointer' | 'keys'>,
  files: Source[],
): { file: string; line?: number } {
  const path = fromPointer(pointer)
  const paths = keys.length > 0 ? keys.map((key) => [...path, key]) : [path]
  const places = files.flatMap((source) =>
    paths.map((path) => ({ source, path, depth: depthOf(path, source.data) })),
  )
  const deepest = Math.max(...places.map(({ depth }) => depth))
  const place = places.findLast(({ depth }) => depth === deepest)
  if (!place) return { file: '' }
  const line = lineOf(place.path, place.source.text)
  return { file: place.source.file, ...(line === undefined ? {} : { line }) }
}
