import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { emitFile } from '../emit.ts'
import { shown } from '../project.ts'
import { withoutFiles } from '../repository-index.ts'
import { toYaml } from '../yaml.ts'
import { generateCharts } from './generate.ts'
import { type CommonOptions, projectOf } from './options.ts'
import { packageName, readIndex, writePackages } from './package.ts'

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
    const indexPath = join(project.dist, 'index.yaml')
    const index = await readIndex(indexPath)
    if (index) await emitFile(indexPath, toYaml(withoutFiles(index, packages)))
    const stale = packages.flatMap((file) => [file, `${file}.prov`])
    for (const file of stale) await rm(join(project.dist, file), { force: true })
    const paths = await writePackages(project, charts, project.dist)
    console.log(`\nNext: helm install my-cluster ${shown(paths[0] ?? project.dist)}`)
  },
}
