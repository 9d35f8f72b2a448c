import type { Mistake } from '../text/mistake.ts'
import { refusedOf } from '../values/directives.ts'
import type { Sources } from '../values/sources.ts'

/** Finds directives that schema/directives.yaml names twice: one of the two reasons would be told, whichever comes last. */
export function checkDirectives(sources: Sources): Mistake[] {
  const { file } = sources.directives
  const named = refusedOf(sources).flatMap(({ names }, index) => names.map((name) => ({ name, index })))
  return named.flatMap(({ name, index }, place) => {
    const first = named.findIndex((one) => one.name === name)
    if (first === place) return []
    const problem = `names ${name}, as does /refused/${named[first]?.index}`
    return [{ file, pointer: `/refused/${index}`, problem, fix: 'keep one of the two' }]
  })
}
