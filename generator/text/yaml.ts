import { boolYaml11Tag, CORE_SCHEMA, dump, loadAll, mergeTag, YAMLException } from 'js-yaml'
import type { Json } from './json.ts'
import type { Mistake } from './mistake.ts'

// Helm's parser takes yes, no, on and off for booleans, and knows the merge key.
const AS_HELM_READS = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag)

/** What a YAML file holds, or why it cannot be read. An empty file holds undefined. */
export type Parsed = { data: Json | undefined } | { mistake: Mistake }

/** Parses one YAML document; a syntax error becomes a mistake with its line. */
export function parseYaml(text: string, file: string): Parsed {
  try {
    const documents = loadAll(text, { schema: AS_HELM_READS }) as Json[]
    if (documents.length < 2) return { data: documents[0] ?? undefined }
    return { mistake: { file, problem: 'holds several documents', fix: 'remove all but the first' } }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const line = error.mark ? { line: error.mark.line + 1 } : {}
    return { mistake: { file, ...line, problem: `not valid YAML: ${error.reason}`, fix: 'mend the syntax' } }
  }
}

/** The documents of a YAML text that a program wrote, so that it can be read. */
export function parseYamlAll(text: string): Json[] {
  return loadAll(text, { schema: AS_HELM_READS }) as Json[]
}

/** Writes a value as YAML in blocks, quoting what YAML 1.1 would take for something else than a string. */
export function toYaml(value: Json): string {
  return dump(value, { quoteStyle: 'double', lineWidth: -1, noRefs: true })
}

/** Writes a value as YAML on one line, without its final newline. */
export function toYamlLine(value: Json): string {
  return dump(value, { quoteStyle: 'double', lineWidth: -1, noRefs: true, flowLevel: 0 }).trimEnd()
}
