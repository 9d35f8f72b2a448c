import { valuesSchemaJson } from './documents/values-schema.ts'
import { valuesYaml } from './documents/values-yaml.ts'
import type { Sources, Tree } from './load.ts'
import { type Mistake, MistakesError, refuse } from './mistake.ts'
import type { Chart } from './resolve.ts'
import { renderTemplate } from './template.ts'

/** Makes all files of a chart, sorted by path. A MistakesError tells every template that cannot be rendered. */
export function render({ context, schema }: Chart, sources: Sources): Tree {
  const files: Tree = new Map()
  const mistakes: Mistake[] = []
  const add = (path: string, from: string, make: () => string) => {
    if (files.has(path))
      mistakes.push({ file: from, problem: `another file makes ${path} too`, fix: 'remove one' })
    try {
      files.set(path, make())
    } catch (error) {
      if (!(error instanceof MistakesError)) throw error
      mistakes.push(...error.mistakes)
    }
  }

  add('values.yaml', 'schema/values', () => valuesYaml(schema))
  add('values.schema.json', 'schema/values', () => valuesSchemaJson(schema, context.name))
  add('LICENSE', 'LICENSE', () => sources.license)
  for (const [path, text] of sources.pod) add(`pod/${path}`, `generator/pod/${path}`, () => text)
  for (const [path, text] of sources.templates) {
    const from = `generator/templates/${path}`
    add(chartPath(path), from, () => (path.endsWith('.hbs') ? renderTemplate(text, from, context) : text))
  }
  refuse(mistakes)
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

// What lies in root/ goes to the top of the chart, all else to its templates.
function chartPath(path: string): string {
  const name = path.replace(/\.hbs$/, '')
  return name.startsWith('root/') ? name.slice('root/'.length) : `templates/${name}`
}
