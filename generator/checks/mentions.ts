import type { Mistake } from '../text/mistake.ts'
import { schemaAt, type ValueSchema } from '../values/schema.ts'
import type { Sources } from '../values/sources.ts'
import { unknown } from './templates.ts'

/** What the name of a script looks like, as in keeper.sh. */
const FILE = /\.(sh|awk)$/

/**
 * Finds the values that a message, a page or a description names and the schema lacks. Whoever follows such a sentence is refused: a
 * value that was renamed lives on in prose, where nothing reads it.
 */
export function checkMentions(
  { templates, pod, topics, directives }: Sources,
  schema: ValueSchema,
): Mistake[] {
  const maps = Object.keys(schema.properties ?? {}).filter((name) => schemaAt(schema, [name])?.properties)
  // Not what belongs to something else, as in .Values.auth.password, /auth/auth.conf or spec.resources.limits.
  const mention = new RegExp(`(?<![\\w./$-])(?:${maps.join('|')})(?:\\.[A-Za-z][A-Za-z0-9]*)+`, 'g')
  const texts = [
    ...[...templates].map(([path, text]) => ({ file: `generator/templates/${path}`, text })),
    ...[...pod].map(([path, text]) => ({ file: `generator/pod/${path}`, text })),
    ...[...topics, directives].map(({ file, text }) => ({ file, text })),
  ]
  return texts.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, i) =>
      [...line.matchAll(mention)]
        .filter(([name]) => !FILE.test(name))
        .flatMap(([name]) => unknown({ path: name.split('.'), line: i + 1 }, schema))
        .map((mistake) => ({ file, ...mistake })),
    ),
  )
}
