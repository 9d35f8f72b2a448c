import { isObject } from '../text/json.ts'
import type { ValueSchema } from '../values/schema.ts'

/** The Markdown table of all values, a row a leaf: its path, type, default and description. */
export function valuesTable(schema: ValueSchema): string {
  const rows = leaves(schema, []).map(([path, leaf]) => [
    code(path.join('.')),
    typeOf(leaf),
    code(JSON.stringify(leaf.default)),
    leaf.description ?? '',
  ])
  return [['Key', 'Type', 'Default', 'Description'], ['---', '---', '---', '---'], ...rows]
    .map(toRow)
    .join('\n')
}

function leaves(schema: ValueSchema, path: string[]): [path: string[], leaf: ValueSchema][] {
  if (!schema.properties) return [[path, schema]]
  return Object.entries(schema.properties).flatMap(([key, child]) => leaves(child, [...path, key]))
}

function typeOf({ enum: choices, type, items }: ValueSchema): string {
  if (choices) return choices.map((choice) => code(String(choice))).join(', ')
  if (type === 'array' && isObject(items)) return `list of ${items.type ?? 'choice'}s`
  return [type ?? []].flat().map(typeName).join(' or ')
}

function typeName(type: string): string {
  return type === 'object' ? 'map' : type === 'array' ? 'list' : type
}

function code(text: string): string {
  return `\`${text}\``
}

// A pipe ends a cell and a line break ends the row, even inside of code.
function toRow(cells: string[]): string {
  return `| ${cells
    .map((cell) =>
      cell
        .trim()
        .replaceAll('|', '\\|')
        .replaceAll(/\s*\n\s*/g, ' '),
    )
    .join(' | ')} |`
}
