import type { CommandModule } from 'yargs'
import { compareWithDisk, renderCharts } from '../charts.ts'
import { patch, summary } from '../diff.ts'
import { UserError } from '../mistake.ts'
import { shown } from '../project.ts'
import { type CommonOptions, projectOf } from './options.ts'

/** `chartgen check`: fails if the charts are not what generate would write. */
export const check: CommandModule<CommonOptions, CommonOptions> = {
  command: 'check',
  describe: 'Tell whether chart/ is what generate would write, and show the difference',
  builder: (yargs) => yargs.example('$0 check', 'Before a commit, or in CI'),
  handler: async (options) => {
    const project = projectOf(options)
    const differences = await compareWithDisk(await renderCharts(project), project.chart)
    if (differences.length === 0) {
      console.log(`${shown(project.chart)} is up to date`)
      return
    }
    for (const difference of differences) console.log(patch(difference))
    throw stale(shown(project.chart), summary(differences))
  },
}

/** The error that tells how to bring a stale chart folder up to date. */
export function stale(folder: string, what: string): UserError {
  return new UserError(
    `${folder} is not up to date: ${what}. Change its sources, never ${folder} itself, and run:\n\n  npx chartgen generate\n`,
  )
}
