import { isObject } from '../text/json.ts'
import type { Mistake } from '../text/mistake.ts'
import { depthOf, fromPointer, toPointer } from '../text/pointer.ts'
import type { Source } from '../text/source.ts'
import { flavoursOf } from '../values/flavour.ts'
import { overDefaults } from '../values/merge.ts'
import { defaultOf, schemaAt, type ValueSchema } from '../values/schema.ts'
import type { Sources } from '../values/sources.ts'
import { conforms, defectOf } from './conforms.ts'

/** Finds the mistakes in one file of schema/values: by the schema of such files, then in its examples. */
export function checkTopic({ file, data }: Source, meta: Source): Mistake[] {
  if (data === undefined || !isObject(meta.data)) return []
  const found = conforms(data, meta.data).map((mistake) => ({ file, ...mistake }))
  if (found.length > 0 || !isObject(data)) return found
  const defect = defectOf(data)
  if (defect !== undefined) return [{ file, problem: defect, fix: 'write a JSON Schema of draft-07' }]
  return checkExamples(data as unknown as ValueSchema, []).map((mistake) => ({ file, ...mistake }))
}

function checkExamples(schema: ValueSchema, path: string[]): Omit<Mistake, 'file'>[] {
  const own = (schema.examples ?? []).flatMap((example, index) =>
    conforms(example, schema).map((mistake) => ({
      ...mistake,
      pointer: toPointer([...path, 'examples', String(index)]) + mistake.pointer,
    })),
  )
  const children = Object.entries(schema.properties ?? {})
  return [...own, ...children.flatMap(([key, child]) => checkExamples(child, [...path, 'properties', key]))]
}

/** Finds the defaults that their own schema refuses, each flavour's laid over those of schema/values. */
export function checkDefaults(sources: Sources, schema: ValueSchema): Mistake[] {
  return flavoursOf(sources).flatMap((flavour, index) =>
    conforms(overDefaults(defaultOf(schema), flavour.defaults), schema).map((mistake) => {
      const path = fromPointer(mistake.pointer)
      const ofFlavour = depthOf(path, flavour.defaults) === path.length
      const file = ofFlavour ? sources.flavours[index]?.file : topicFile(sources, path[0])
      const pointer = ofFlavour ? `/defaults${mistake.pointer}` : defaultPointer(schema, path)
      return { ...mistake, file: file ?? '', pointer }
    }),
  )
}

function topicFile(sources: Sources, name: string | undefined): string | undefined {
  return sources.topics.find((topic) => topic.name === name)?.file
}

// Where in a topic's file the default of a value stands.
function defaultPointer(values: ValueSchema, path: string[]): string {
  const [topic = '', ...keys] = path
  let schema = values.properties?.[topic]
  const pointer: string[] = []
  while (schema?.properties && keys.length > 0) {
    const key = keys.shift() ?? ''
    pointer.push('properties', key)
    schema = schema.properties[key]
  }
  return toPointer(schema?.properties ? pointer : [...pointer, 'default', ...keys])
}

/** Finds the renamed keys that are still there, and those whose new path leads nowhere. */
export function checkRenamed(sources: Sources, root: ValueSchema): Mistake[] {
  const wrong = (schema: ValueSchema, path: string[]): Mistake[] => [
    ...Object.entries(schema['x-renamed'] ?? {}).flatMap(([old, now]) => {
      const file = topicFile(sources, path[0]) ?? sources.order.file
      const inFile = path.slice(1).flatMap((key) => ['properties', key])
      const pointer = toPointer(path.length === 0 ? ['renamed', old] : [...inFile, 'x-renamed', old])
      if (schema.properties?.[old])
        return { file, pointer, problem: `"${old}" is there still`, fix: 'remove it from the properties' }
      if (schemaAt(root, now.split('.'))) return []
      return { file, pointer, problem: `there is no "${now}"`, fix: 'give the whole path of the new key' }
    }),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) => wrong(child, [...path, key])),
  ]
  return wrong(root, [])
}
