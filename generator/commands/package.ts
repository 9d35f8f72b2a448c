import { utimes } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { archive } from '../archive.ts'
import { compareWithDisk, type RenderedChart, renderCharts } from '../charts.ts'
import { summary } from '../diff.ts'
import { emitFile } from '../emit.ts'
import { isObject, type JsonObject } from '../json.ts'
import { readSource } from '../load.ts'
import { refuse, UserError } from '../mistake.ts'
import { type Project, shown } from '../project.ts'
import { checkPublished } from '../published.ts'
import { checkIndex, mergeIndex, type Package } from '../repository-index.ts'
import { parseYaml, toYaml } from '../yaml.ts'
import { stale } from './check.ts'
import { type CommonOptions, outOption, projectOf } from './options.ts'

interface Options extends CommonOptions {
  out: string | undefined
}

/** `chartgen package`: packs the charts, and adds them to a Helm repository's index. */
export const packageCharts: CommandModule<CommonOptions, Options> = {
  command: 'package',
  describe: 'Pack the charts, the same bytes every time, and add them to index.yaml',
  builder: (yargs) =>
    yargs
      .option('out', outOption('dist/'))
      .example('$0 package', 'Pack the charts in chart/ to dist/')
      .example('$0 package --out ../charts-site', 'Add the packages to the Helm repository in that folder'),
  handler: async ({ out, ...options }) => {
    const project = projectOf(options)
    await writePackages(project, await renderCharts(project), out === undefined ? project.dist : resolve(out))
  },
}

/** Packs charts that are up to date on disk into a folder, and gives the packages' paths. */
export async function writePackages(
  project: Project,
  charts: RenderedChart[],
  folder: string,
): Promise<string[]> {
  const differences = await compareWithDisk(charts, project.chart)
  if (differences.length > 0) throw stale(shown(project.chart), summary(differences))

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
    console.log(`${shown(join(folder, file))}: ${Math.ceil(bytes.length / 1024)} KB`)
  }
  await emitFile(indexPath, toYaml(index))
  console.log(`${shown(indexPath)}: ${packages.map(({ file }) => file).join(', ')} listed`)
  return packages.map(({ file }) => join(folder, file))
}

async function packOne({ name, context, files }: RenderedChart): Promise<Package> {
  const parsed = parseYaml(files.get('Chart.yaml') ?? '', `chart/${name}/Chart.yaml`)
  if ('mistake' in parsed) refuse([parsed.mistake])
  const chart = 'data' in parsed && isObject(parsed.data) ? parsed.data : undefined
  if (!chart) throw new UserError(`${name} has no Chart.yaml; add generator/templates/root/Chart.yaml.hbs`)
  const bytes = await archive(name, files, context.released)
  return { chart, released: context.released, file: packageName(name, context.version), bytes }
}

/** What a chart's package is called. */
export function packageName(chart: string, version: string): string {
  return `${chart}-${version}.tgz`
}

/** What a repository's index holds; undefined where there is none yet. A MistakesError tells of a file that is none. */
export async function readIndex(path: string): Promise<JsonObject | undefined> {
  const source = await readSource(path)
  if (source.mistake?.problem === 'does not exist') return undefined
  refuse(source.mistake ? [source.mistake] : checkIndex(source))
  return isObject(source.data) ? source.data : undefined
}
