import type { Mistake } from '../text/mistake.ts'
import { suggest } from '../text/suggest.ts'
import { leavesOf, renamedSentence, schemaAt, type ValueSchema } from '../values/schema.ts'
import type { Sources } from '../values/sources.ts'
import { type Read, readsIn } from './template-reads.ts'

/** Values that no template reads, each with its reason. */
const UNREAD: Record<string, string> = {
  enabled: 'Helm reads it, as the condition of a subchart',
}

/** Finds the values that Helm templates read and the schema lacks, and those of the schema that no template reads. */
export function checkTemplates({ templates, topics }: Sources, schema: ValueSchema): Mistake[] {
  const reads = [...templates]
    .filter(([path]) => !path.startsWith('root/'))
    .flatMap(([path, text]) =>
      readsIn(text).map((read) => ({ ...read, file: `generator/templates/${path}` })),
    )
  const fileOf = (path: string[]) => topics.find(({ name }) => name === path[0])?.file ?? ''
  return [
    ...reads.flatMap((read) => unknown(read, schema).map((mistake) => ({ file: read.file, ...mistake }))),
    ...leavesOf(schema).flatMap((path) => {
      const isRead = reads.some((read) => covers(read, path))
      const pointer = `/${path.join('/')}`
      const name = path.join('.')
      if (isRead && name in UNREAD)
        return [
          {
            file: fileOf(path),
            problem: `a template reads ${name}`,
            fix: 'take it off UNREAD in generator/checks/templates.ts',
          },
        ]
      if (isRead || name in UNREAD) return []
      return [
        {
          file: fileOf(path),
          pointer,
          problem: `no template reads ${name}`,
          fix: `read .Values.${name}, or remove the value`,
        },
      ]
    }),
  ]
}

/** The first key of a path that the schema does not name, if there is one. A map that the schema does not describe may hold any key. */
export function unknown(
  { path, line }: Pick<Read, 'path' | 'line'>,
  schema: ValueSchema,
): Omit<Mistake, 'file'>[] {
  for (const [depth, key] of path.entries()) {
    const above = schemaAt(schema, path.slice(0, depth))
    if (!above?.properties) return []
    if (above.properties[key]) continue
    const now = above['x-renamed']?.[key]
    const name = path.slice(0, depth + 1).join('.')
    if (now !== undefined) return [{ line, problem: renamedSentence(path.slice(0, depth + 1), now) }]
    return [{ line, problem: `there is no value ${name}`, fix: suggest(key, Object.keys(above.properties)) }]
  }
  return []
}

/** Whether a read takes in a value: it is the value, a part of the value, or a map that holds it and is read as a whole. */
function covers({ path, isEntered }: Read, value: string[]): boolean {
  if (isEntered && path.length < value.length) return false
  return path.every((key, depth) => depth >= value.length || key === value[depth])
}
