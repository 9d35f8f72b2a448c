import { join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { compareWithDisk, type RenderedChart, renderCharts } from '../charts.ts'
import { type Difference, summary } from '../diff.ts'
import { emit, onDisk, type Perform } from '../emit.ts'
import { type Project, shown } from '../project.ts'
import { type CommonOptions, flavourOption, outOption, projectOf } from './options.ts'

interface Options extends CommonOptions {
  flavour: string | undefined
  out: string | undefined
}

/** `chartgen generate`: writes the charts. */
export const generate: CommandModule<CommonOptions, Options> = {
  command: 'generate',
  describe: 'Write the charts',
  builder: (yargs) =>
    yargs
      .option('flavour', flavourOption)
      .option('out', outOption('chart/'))
      .example('$0 generate', 'Write all charts to chart/')
      .example(
        '$0 generate --flavour valkey-cluster --out /tmp/charts',
        'Write one chart to /tmp/charts/valkey-cluster',
      ),
  handler: async ({ flavour, out, ...options }) => {
    const project = projectOf(options)
    await generateCharts(project, out === undefined ? project.chart : resolve(out), flavour)
  },
}

/** Writes the charts whose files differ from what lies in a folder, and says what it did. */
export async function generateCharts(
  project: Project,
  folder: string,
  flavour?: string,
  perform: Perform = onDisk,
): Promise<RenderedChart[]> {
  const charts = await renderCharts(project, flavour)
  const differences = await compareWithDisk(charts, folder)
  for (const { name, files } of charts) {
    const own = differences.filter(({ path }) => path.startsWith(`${name}/`))
    if (own.length > 0) await emit(join(folder, name), files, perform)
    console.log(`${shown(join(folder, name))}: ${files.size} files, ${summary(own) || 'all up to date'}`)
  }
  // chart/ holds nothing but what is generated; any other folder may belong to somebody.
  if (folder === project.chart && flavour === undefined)
    await removeStrays(folder, charts, differences, perform)
  return charts
}

async function removeStrays(
  folder: string,
  charts: RenderedChart[],
  differences: Difference[],
  perform: Perform,
): Promise<void> {
  const strays = new Set(differences.map(({ path }) => path.split('/')[0] ?? ''))
  for (const { name } of charts) strays.delete(name)
  for (const stray of strays) {
    await perform({ do: 'remove', path: join(folder, stray) })
    console.log(`${shown(join(folder, stray))}: removed, it belongs to no flavour`)
  }
}
