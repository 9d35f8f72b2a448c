import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { readTree } from '../files/read.ts'
import type { Renderable } from '../helm/render.ts'
import { unpack } from '../release/archive.ts'
import { isObject, type JsonObject } from '../text/json.ts'
import { refuse, UserError } from '../text/mistake.ts'
import type { Tree } from '../text/trees.ts'
import { isVersion } from '../text/version.ts'
import { parseYaml } from '../text/yaml.ts'

const run = promisify(execFile)
const MANY_BYTES = 64 * 1024 * 1024

/** A chart as it is, or was at some moment. */
export interface Snapshot {
  name: string
  version: string
  /** What Chart.yaml says. */
  chart: JsonObject
  files: Tree
}

/** What a person named: charts, and whether they are all that there is or one of them. */
export interface Named {
  charts: Snapshot[]
  areAll: boolean
}

/** Reads the charts that a person named: a package, the folder of a chart or of several, or a commit of the project at `root`. */
export async function readSnapshots(root: string, given: string): Promise<Named> {
  const path = resolve(given)
  const kind = await stat(path).catch(() => undefined)
  const trees = kind?.isFile()
    ? await packaged(path, given)
    : kind?.isDirectory()
      ? await inFolder(path)
      : await committed(root, given)
  if (trees.length === 0) throw new UserError(`${given} holds no chart: there is no Chart.yaml`)
  const isOne = kind?.isFile() || (kind?.isDirectory() && existsSync(join(path, 'Chart.yaml')))
  return { charts: trees.map((files) => snapshotOf(files, given)), areAll: !isOne }
}

/** A chart that was just rendered. */
export function ofRendered({ name, files }: Renderable): Snapshot {
  return snapshotOf(files, name)
}

async function packaged(path: string, given: string): Promise<Tree[]> {
  try {
    return charts(await unpack(await readFile(path)))
  } catch (error) {
    throw new UserError(`${given} is no chart's package: ${error instanceof Error ? error.message : error}`)
  }
}

async function inFolder(folder: string): Promise<Tree[]> {
  const names = await readdir(folder)
  if (names.includes('Chart.yaml')) return [await readTree(folder)]
  const below = await Promise.all(names.map((name) => stat(join(folder, name))))
  const folders = names.filter((name, index) => below[index]?.isDirectory() && !name.startsWith('.'))
  const trees = await Promise.all(folders.map((name) => readTree(join(folder, name))))
  return trees.filter((files) => files.has('Chart.yaml'))
}

async function committed(root: string, ref: string): Promise<Tree[]> {
  const git = (...args: string[]) =>
    run('git', ['-C', root, ...args], { encoding: 'buffer', maxBuffer: MANY_BYTES })
  const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).catch(
    () => {
      throw new UserError(
        `${ref} is no package, no folder and no commit of the project; check the path or the name`,
      )
    },
  )
  const archive = await git('archive', '--format=tar', commit.stdout.toString().trim(), 'chart').catch(() => {
    throw new UserError(`${ref} has no folder chart/, so there is nothing to compare`)
  })
  return charts(await unpack(archive.stdout))
}

// Each chart of an archive is a folder with a Chart.yaml in it.
function charts(files: Tree): Tree[] {
  const roots = [...files.keys()].flatMap((path) => path.match(/^(.*\/)Chart\.yaml$/)?.[1] ?? [])
  return roots.map((root) => {
    const own = [...files].filter(([path]) => path.startsWith(root))
    return new Map(own.map(([path, text]) => [path.slice(root.length), text]))
  })
}

function snapshotOf(files: Tree, given: string): Snapshot {
  const parsed = parseYaml(files.get('Chart.yaml') ?? '', `${given}: Chart.yaml`)
  if ('mistake' in parsed) refuse([parsed.mistake])
  const chart = 'data' in parsed && isObject(parsed.data) ? parsed.data : {}
  const { name, version } = chart
  if (typeof name === 'string' && isVersion(version)) return { name, version, chart, files }
  throw new UserError(`${given}: Chart.yaml has no name, or no semantic version such as 1.2.3`)
}
