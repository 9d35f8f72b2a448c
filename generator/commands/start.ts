import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { shown } from '../project.ts'
import { generateCharts } from './generate.ts'
import { type CommonOptions, projectOf } from './options.ts'
import { writePackages } from './package.ts'

/** `npm start`: all of it, and what to type next. */
export const start: CommandModule<CommonOptions, CommonOptions> = {
  command: 'start',
  describe: 'Generate and package, as npm start does',
  builder: (yargs) => yargs.example('$0 start', 'From schema to packages in one go'),
  handler: async (options) => {
    const project = projectOf(options)
    const charts = await generateCharts(project, project.chart)
    // dist/ is a place to try things out, not a repository: what it listed was never published, and may change.
    await rm(join(project.dist, 'index.yaml'), { force: true })
    const paths = await writePackages(project, charts, project.dist)
    console.log(`\nNext: helm install my-cluster ${shown(paths[0] ?? project.dist)}`)
  },
}
