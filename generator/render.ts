import { renderTemplate } from './documents/template.ts'
import { valuesSchemaJson } from './documents/values-schema.ts'
import { valuesYaml } from './documents/values-yaml.ts'
import type { Chart } from './resolve.ts'
import { attemptAll, MistakesError } from './text/mistake.ts'
import type { Tree } from './text/trees.ts'
import type { Sources } from './values/sources.ts'

/** How one file of a chart comes about: from where, and by what. */
interface Recipe {
  path: string
  from: string
  make: () => string
}

/** A chart with all its files. */
export interface RenderedChart extends Chart {
  name: string
  files: Tree
}

/** Makes all files of a chart, sorted by path. A MistakesError tells every template that cannot be rendered. */
export function render(chart: Chart, sources: Sources): RenderedChart {
  const recipes = recipesOf(chart, sources).sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))
  const files = new Map(attemptAll(recipes.map((recipe, index) => () => cook(recipe, recipes[index - 1]))))
  return { ...chart, name: chart.context.name, files }
}

function recipesOf({ context, schema }: Chart, { environments, license, pod, templates }: Sources): Recipe[] {
  const copy = (text: string) => () => text
  return [
    { path: 'values.yaml', from: 'schema/values', make: () => valuesYaml(schema) },
    { path: 'values.schema.json', from: 'schema/values', make: () => valuesSchemaJson(schema, context.name) },
    { path: 'LICENSE', from: 'LICENSE', make: copy(String(license.data)) },
    ...environments.map(({ name, file, text }) => ({
      path: `environments/${name}.yaml`,
      from: file,
      make: copy(text),
    })),
    ...[...pod].map(([path, text]) => ({
      path: `pod/${path}`,
      from: `generator/pod/${path}`,
      make: copy(text),
    })),
    ...[...templates].map(([path, text]) => {
      const from = `generator/templates/${path}`
      const make = path.endsWith('.hbs') ? () => renderTemplate(text, from, context) : copy(text)
      return { path: chartPath(path), from, make }
    }),
  ]
}

// What lies in root/ goes to the top of the chart, all else to its templates.
function chartPath(path: string): string {
  const name = path.replace(/\.hbs$/, '')
  return name.startsWith('root/') ? name.slice('root/'.length) : `templates/${name}`
}

// Sorted as they are, two recipes for one path follow each other.
function cook({ path, from, make }: Recipe, before: Recipe | undefined): [path: string, content: string] {
  if (before?.path !== path) return [path, make()]
  const problem = `makes ${path}, as does ${before.from}`
  throw new MistakesError([{ file: from, problem, fix: 'keep one of the two' }])
}
