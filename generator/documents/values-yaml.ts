import type { Json } from '../text/json.ts'
import { toYaml, toYamlLine } from '../text/yaml.ts'
import type { ValueSchema } from '../values/schema.ts'

const WIDTH = 100
// The first line is for editors that complete and check values as somebody types.
const BANNER =
  '# yaml-language-server: $schema=values.schema.json\n' +
  '# Generated from schema/values by `npx chartgen generate`. Do not edit it here.'

/** Writes values.yaml: every default below its description and examples, in the order of the schema. */
export function valuesYaml(schema: ValueSchema): string {
  return `${BANNER}\n\n${members(schema, '').join('\n')}`
}

function members(schema: ValueSchema, indent: string): string[] {
  return Object.entries(schema.properties ?? {}).map(([key, child]) => member(key, child, indent))
}

function member(key: string, schema: ValueSchema, indent: string): string {
  const comments = [
    ...wrap(schema.description ?? '', WIDTH - indent.length - 2),
    ...examples(schema.examples ?? []),
  ]
  const comment = comments.map((line) => `${indent}# ${line}`.trimEnd()).join('\n')
  if (!schema.properties) return `${comment}\n${indented(toYaml({ [key]: schema.default ?? null }), indent)}`
  return `${comment}\n${indent}${key}:\n${members(schema, `${indent}  `).join('\n')}`
}

function examples(values: Json[]): string[] {
  return values.flatMap((value) => {
    const line = toYamlLine(value)
    const fits = line.length <= WIDTH && !(typeof value === 'string' && value.includes('\n'))
    if (fits) return [`Example: ${line}`]
    const block = typeof value === 'string' ? value : toYaml(value)
    return [
      'Example:',
      ...block
        .trimEnd()
        .split('\n')
        .map((text) => `  ${text}`),
    ]
  })
}

/** Breaks a text at spaces into lines of at most `width` characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function indented(text: string, indent: string): string {
  return text.replaceAll(/^(?=.)/gm, indent)
}
