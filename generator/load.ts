import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import type { Json } from './json.ts'
import type { Mistake } from './mistake.ts'
import { type Project, shown } from './project.ts'
import { type Parsed, parseYaml } from './yaml.ts'

/** An input: its data, for a document in prose its text, or the mistake that keeps it from being read. */
export interface Source {
  /** The path that messages show. */
  file: string
  /** The file's name without its ending. */
  name: string
  /** As it was written; empty where it cannot be read. */
  text: string
  data: Json | undefined
  mistake?: Mistake
}

/** Texts by their path, with slashes, below the folder they were read from. */
export type Tree = Map<string, string>

/** All that the charts are made of, as it lies on disk. */
export interface Sources {
  topics: Source[]
  flavours: Source[]
  environments: Source[]
  order: Source
  changes: Source[]
  meta: { topic: Source; topics: Source; flavour: Source; change: Source }
  changelog: Source
  package: Source
  templates: Tree
  pod: Tree
  license: Source
}

/** Reads a project. A file that is not valid YAML is kept with its mistake; one that is missing is kept as such. */
export async function load(project: Project): Promise<Sources> {
  const at = (...path: string[]) => join(project.root, ...path)
  const meta = (name: string) => readSource(at('schema/meta', `${name}.yaml`))
  return {
    topics: await readSources(at('schema/values')),
    flavours: await readSources(at('schema/flavours')),
    environments: await readSources(at('schema/environments')),
    order: await readSource(at('schema/topics.yaml')),
    changes: await readChanges(at('.changes')),
    meta: {
      topic: await meta('topic'),
      topics: await meta('topics'),
      flavour: await meta('flavour'),
      change: await meta('change'),
    },
    changelog: await readSource(at('CHANGELOG.md'), asText),
    package: await readSource(at('package.json')),
    templates: await readTree(at('generator/templates')),
    pod: await readTree(at('generator/pod')),
    license: await readSource(at('LICENSE'), asText),
  }
}

/** Reads one file, as YAML unless told; that it cannot be read is a mistake too. */
export async function readSource(
  path: string,
  parse: (text: string, file: string) => Parsed = parseYaml,
): Promise<Source> {
  const file = shown(path)
  const name = basename(path, extname(path))
  try {
    const text = await readFile(path, 'utf8')
    return { file, name, text, data: undefined, ...parse(text, file) }
  } catch (error) {
    const problem = reasonOf(error)
    if (problem === undefined) throw error
    return { file, name, text: '', data: undefined, mistake: { file, problem, fix: 'check the path' } }
  }
}

/** Reads all files below a folder, sorted by path; a folder that does not exist is empty. */
export async function readTree(folder: string): Promise<Tree> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreMissing)
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
  const tree: Tree = new Map()
  for (const path of files.map((file) => relative(folder, file)).sort()) {
    tree.set(path.replaceAll('\\', '/'), await readText(join(folder, path)))
  }
  return tree
}

async function readSources(folder: string): Promise<Source[]> {
  const names = await readdir(folder).catch(ignoreMissing)
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort()
  return Promise.all(files.map((file) => readSource(join(folder, file))))
}

// What lies there and is no change would go unnoticed.
async function readChanges(folder: string): Promise<Source[]> {
  const names = await readdir(folder).catch(ignoreMissing)
  const strays = names.filter(
    (name) => !/\.ya?ml$/.test(name) && name !== 'README.md' && !name.startsWith('.'),
  )
  return [...(await readSources(folder)), ...strays.map((name) => stray(join(folder, name)))]
}

function stray(path: string): Source {
  const file = shown(path)
  const mistake = { file, problem: 'is no .yaml file', fix: 'rename it, or move it elsewhere' }
  return { file, name: basename(path), text: '', data: undefined, mistake }
}

// A link is no part of a chart: shown as what it is, it differs from any file that should be there.
async function readText(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined)
  return target === undefined ? readFile(path, 'utf8') : `symbolic link to ${target}\n`
}

function asText(text: string): { data: string } {
  return { data: text }
}

function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}

function reasonOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'EISDIR') return 'is a folder, not a file'
  return code === 'EACCES' ? 'may not be read' : undefined
}
