import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { generateCharts } from '../charts.ts'
import type { Emitted } from '../emit.ts'
import { shown } from '../files/shown.ts'
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
    const folder = out === undefined ? project.chart : resolve(out)
    tellOf((await generateCharts(project, folder, { flavour })).emitted)
  },
}

/** Prints what became of folders. */
export function tellOf(emitted: Emitted[]): void {
  for (const { path, what } of emitted) console.log(`${shown(path)}: ${what}`)
}
