import type { Mistake } from '../text/mistake.ts'
import { suggest } from '../text/suggest.ts'
import { fixedOf } from '../values/fixed.ts'
import { leavesOf, schemaAt, type ValueSchema } from '../values/schema.ts'
import type { Sources } from '../values/sources.ts'

/** Finds what schema/fixed.yaml names and the schema of the values lacks, and keys that two values share. */
export function checkFixed(sources: Sources, schema: ValueSchema): Mistake[] {
  const { file } = sources.fixed
  const fixed = fixedOf(sources)
  const known = leavesOf(schema).map((path) => path.join('.'))
  return fixed.flatMap(({ value, key, onlyWith }, index) => {
    const pointer = `/fixed/${index}`
    const unknown = [value, onlyWith].filter((path) => path !== '' && !schemaAt(schema, path.split('.')))
    const isTaken = fixed.findIndex((one) => one.key === key) < index
    return [
      ...unknown.map((path) => ({
        file,
        pointer,
        problem: `there is no value ${path}`,
        fix: suggest(path, known),
      })),
      ...(isTaken
        ? [{ file, pointer, problem: `the key ${key} is another value's`, fix: 'give it a key of its own' }]
        : []),
    ]
  })
}
