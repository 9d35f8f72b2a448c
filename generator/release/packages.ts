import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { readSource } from '../files/read.ts'
import { emitFile } from '../files/write.ts'
import { isObject, type JsonObject } from '../text/json.ts'
import { refuse, UserError } from '../text/mistake.ts'
import type { Tree } from '../text/trees.ts'
import { parseYaml, toYaml } from '../text/yaml.ts'
import { archive } from './archive.ts'
import { checkIndex, mergeIndex, type Package, withoutFiles } from './index-yaml.ts'
import { checkPublished } from './published.ts'

/** A chart that can be packed. */
export interface Packable {
  name: string
  files: Tree
  context: {
    version: string
    /** The day of its release. */
    released: string
  }
}

/** A package that was written. */
export interface Written {
  path: string
  bytes: number
}

/** Packs charts into a folder and adds them to its index; gives the packages. */
export async function writePackages(charts: Packable[], folder: string): Promise<Written[]> {
  const packages = await Promise.all(charts.map(packOne))
  const indexPath = join(folder, 'index.yaml')
  const published = await readIndex(indexPath)
  const index = mergeIndex(published, packages)
  refuse(await checkPublished(folder, published, packages))
  // The index comes last, so that it never names a package that is not there.
  for (const { file, bytes, released } of packages) {
    await emitFile(join(folder, file), bytes)
    // Helm tells an OCI registry the file's time: pushed again, the package has to be the same there too.
    await utimes(join(folder, file), new Date(released), new Date(released))
  }
  await emitFile(indexPath, toYaml(index))
  return packages.map(({ file, bytes }) => ({ path: join(folder, file), bytes: bytes.length }))
}

async function packOne({ name, files, context }: Packable): Promise<Package> {
  const { version, released } = context
  const parsed = parseYaml(files.get('Chart.yaml') ?? '', `chart/${name}/Chart.yaml`)
  if ('mistake' in parsed) refuse([parsed.mistake])
  const chart = 'data' in parsed && isObject(parsed.data) ? parsed.data : undefined
  if (!chart) throw new UserError(`${name} has no Chart.yaml; add generator/templates/root/Chart.yaml.hbs`)
  const bytes = await archive(name, files, released)
  return { chart, released, file: packageName(name, version), bytes }
}

function packageName(chart: string, version: string): string {
  return `${chart}-${version}.tgz`
}

/** Takes packages out of a folder and its index, as if they had never been there. */
export async function withdraw(charts: Packable[], folder: string): Promise<void> {
  const packages = charts.map(({ name, context }) => packageName(name, context.version))
  const indexPath = join(folder, 'index.yaml')
  const index = await readIndex(indexPath)
  if (index) await emitFile(indexPath, toYaml(withoutFiles(index, packages)))
  for (const file of packages.flatMap((file) => [file, `${file}.prov`]))
    await rm(join(folder, file), { force: true })
}

/** What a repository's index holds; undefined where there is none yet. A MistakesError tells of a file that is none. */
async function readIndex(path: string): Promise<JsonObject | undefined> {
  const source = await readSource(path)
  if (source.mistake?.problem === 'does not exist') return undefined
  refuse(source.mistake ? [source.mistake] : checkIndex(source))
  return isObject(source.data) ? source.data : undefined
}
