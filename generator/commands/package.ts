import { basename, join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { chartsOnDisk } from '../charts.ts'
import { shown } from '../files/shown.ts'
import { type Written, writePackages } from '../release/packages.ts'
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
    const folder = out === undefined ? project.dist : resolve(out)
    tellOfPackages(await writePackages(await chartsOnDisk(project), folder), folder)
  },
}

/** Prints the packages that were written to a folder, and that its index lists them. */
export function tellOfPackages(written: Written[], folder: string): void {
  for (const { path, bytes } of written) console.log(`${shown(path)}: ${Math.ceil(bytes / 1024)} KB`)
  const names = written.map(({ path }) => basename(path)).join(', ')
  console.log(`${shown(join(folder, 'index.yaml'))}: ${names} listed`)
}
