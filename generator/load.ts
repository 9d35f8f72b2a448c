import { basename, join } from 'node:path'
import { namesIn, readSource, readSources, readTree } from './files/read.ts'
import { shown } from './files/shown.ts'
import type { Project } from './project.ts'
import { parseChangelog } from './text/changelog.ts'
import type { Source } from './text/source.ts'
import type { Tree } from './text/trees.ts'
import type { Sources } from './values/sources.ts'

/** Reads a project. A file that is not valid YAML is kept with its mistake; a missing file is kept as such. */
export async function load(project: Project): Promise<Sources> {
  const at = (...path: string[]) => join(project.root, ...path)
  const meta = (name: string) => readSource(at('schema/meta', `${name}.yaml`))
  const changelog = await readSource(at('CHANGELOG.md'), asText)
  return {
    topics: await readSources(at('schema/values')),
    flavours: await readSources(at('schema/flavours')),
    environments: await readSources(at('schema/environments')),
    order: await readSource(at('schema/topics.yaml')),
    fixed: await readSource(at('schema/fixed.yaml')),
    directives: await readSource(at('schema/directives.yaml')),
    changes: await readChanges(at('.changes')),
    meta: {
      topic: await meta('topic'),
      topics: await meta('topics'),
      flavour: await meta('flavour'),
      fixed: await meta('fixed'),
      directives: await meta('directives'),
      change: await meta('change'),
    },
    changelog,
    log: parseChangelog(changelog.text, changelog.file),
    package: await readSource(at('package.json')),
    templates: await readTree(at('generator/templates')),
    pod: withoutDocuments(await readTree(at('generator/pod'))),
    license: await readSource(at('LICENSE'), asText),
  }
}

// What lies there and is no change would go unnoticed.
async function readChanges(folder: string): Promise<Source[]> {
  const strays = (await namesIn(folder)).filter(
    (name) => !/\.ya?ml$/.test(name) && name !== 'README.md' && !name.startsWith('.'),
  )
  return [...(await readSources(folder)), ...strays.map((name) => stray(join(folder, name)))]
}

function stray(path: string): Source {
  const file = shown(path)
  const mistake = { file, problem: 'is no .yaml file', fix: 'rename it, or move it elsewhere' }
  return { file, name: basename(path), text: '', data: undefined, mistake }
}

function asText(text: string): { data: string } {
  return { data: text }
}

// What is written about the scripts is for who changes them.
function withoutDocuments(pod: Tree): Tree {
  return new Map([...pod].filter(([path]) => !path.endsWith('.md')))
}
