import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import type { Source } from '../text/source.ts'
import type { Tree } from '../text/trees.ts'
import { type Parsed, parseYaml } from '../text/yaml.ts'
import { shown } from './shown.ts'

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

/** Reads all YAML files of a folder, sorted by name; a folder that does not exist is empty. */
export async function readSources(folder: string): Promise<Source[]> {
  const names = (await namesIn(folder)).filter((name) => /\.ya?ml$/.test(name))
  return Promise.all(names.map((file) => readSource(join(folder, file))))
}

/** The names in a folder, sorted; a folder that does not exist is empty. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)).sort()
}

// A link is no part of a chart: shown as what it is, it differs from any file that should be there.
async function readText(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined)
  return target === undefined ? readFile(path, 'utf8') : `symbolic link to ${target}\n`
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
