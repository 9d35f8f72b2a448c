import type { CommandModule } from 'yargs'
import { generateCharts } from '../charts.ts'
import { shown } from '../files/shown.ts'
import { withdraw, writePackages } from '../release/packages.ts'
import { tellOf } from './generate.ts'
import { type CommonOptions, projectOf } from './options.ts'
import { tellOfPackages } from './package.ts'

/** `npm start`: all of it, and what to type next. */
export const start: CommandModule<CommonOptions, CommonOptions> = {
  command: 'start',
  describe: 'Generate and package, as npm start does',
  builder: (yargs) => yargs.example('$0 start', 'From schema to packages in one go'),
  handler: async (options) => {
    const project = projectOf(options)
    const { charts, emitted } = await generateCharts(project, project.chart)
    tellOf(emitted)
    // dist/ is a place to try things out, not a repository: what it has of this version was never published, and may change.
    await withdraw(charts, project.dist)
    const written = await writePackages(charts, project.dist)
    tellOfPackages(written, project.dist)
    console.log(`\nNext: helm install my-cluster ${shown(written[0]?.path ?? project.dist)}`)
  },
}
