import type { CommandModule } from 'yargs'
import { renderCharts, stale } from '../charts.ts'
import { diff } from '../diff.ts'
import { shown } from '../files/shown.ts'
import { patch } from '../text/trees.ts'
import { type CommonOptions, projectOf } from './options.ts'

/** `chartgen check`: fails if the charts are not what generate would write. */
export const check: CommandModule<CommonOptions, CommonOptions> = {
  command: 'check',
  describe: 'Tell whether chart/ is what generate would write, and show the difference',
  builder: (yargs) => yargs.example('$0 check', 'Before a commit, or in CI'),
  handler: async (options) => {
    const project = projectOf(options)
    const differences = await diff(await renderCharts(project), project.chart)
    for (const difference of differences) console.log(patch(difference))
    if (differences.length > 0) throw stale(shown(project.chart), differences)
    console.log(`${shown(project.chart)} is up to date`)
  },
}
