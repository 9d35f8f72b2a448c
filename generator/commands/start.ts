import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { shown } from '../project.ts'
import { generateCharts } from './generate.ts'
import { type CommonOptions, projectOf } from './options.ts'
import { packageName, writePackages } from './package.ts'

/** `npm start`: all of it, and what to type next. */
export const start: CommandModule<CommonOptions, CommonOptions> = {
  command: 'start',
  describe: 'Generate and package, as npm start does',
  builder: (yargs) => yargs.example('$0 start', 'From schema to packages in one go'),
  handler: async (options) => {
    const project = projectOf(options)
    const charts = await generateCharts(project, project.chart)
    // dist/ is a place to try things out, not a repository: what it has of this version was never published, and may change.
    const packages = charts.map(({ name, context }) => packageName(name, context.version))
    for (const file of ['index.yaml', ...packages]) await rm(join(project.dist, file), { force: true })
    const paths = await writePackages(project, charts, project.dist)
    console.log(`\nNext: helm install my-cluster ${shown(paths[0] ?? project.dist)}`)
  },
}
