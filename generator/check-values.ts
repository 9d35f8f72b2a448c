import { conforms } from './conforms.ts'
import { isObject, type JsonObject } from './json.ts'
import type { Source } from './load.ts'
import { mergeFiles, overDefaults } from './merge.ts'
import type { Mistake } from './mistake.ts'
import { depthOf, fromPointer } from './pointer.ts'
import type { Chart } from './resolve.ts'
import { defaultOf } from './schema.ts'

/** Finds every mistake in an installer's values files, merged in order as Helm merges them, for each of the charts. */
export function checkValues(files: Source[], charts: Chart[]): Mistake[] {
  const unreadable = files.flatMap(({ file, data, mistake }) => {
    if (mistake || data === undefined || isObject(data)) return mistake ?? []
    return { file, problem: 'is not a map of values', fix: 'write keys such as "cluster:"' }
  })
  const readable = files.flatMap(({ file, data }) => (isObject(data) ? [{ file, values: data }] : []))
  const merged = mergeFiles(readable.map(({ values }) => values))
  const wrong = charts.flatMap(({ schema }) =>
    conforms(overDefaults(defaultOf(schema), merged), schema).map((mistake) => ({
      file: lastThatSets(mistake.pointer, readable),
      ...mistake,
    })),
  )
  return [...unreadable, ...wrong]
}

// The last file decides a value, so that is where it has to be mended. Of a value that is missing, its map is.
function lastThatSets(pointer: string, files: { file: string; values: JsonObject }[]): string {
  const path = fromPointer(pointer)
  const depths = files.map(({ values }) => depthOf(path, values))
  return files[depths.lastIndexOf(Math.max(...depths))]?.file ?? ''
}
