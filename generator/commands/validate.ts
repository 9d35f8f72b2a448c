import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { renderCharts } from '../charts.ts'
import { checkExtraConfig } from '../checks/extra-config.ts'
import { checkRendering } from '../checks/rendering.ts'
import { checkValues } from '../checks/values.ts'
import { readSource } from '../files/read.ts'
import { refuse, UserError } from '../text/mistake.ts'
import { type CommonOptions, flavourOption, projectOf } from './options.ts'

interface Options extends CommonOptions {
  file: string[] | undefined
  flavour: string | undefined
}

/** `chartgen validate`: checks values files against the charts' schema. */
export const validateValues: CommandModule<CommonOptions, Options> = {
  command: 'validate <file..>',
  describe: 'Check values files, merged in order as Helm merges them',
  builder: (yargs) =>
    yargs
      .positional('file', { describe: 'Values files, as for helm --values', type: 'string', array: true })
      .option('flavour', flavourOption)
      .example('$0 validate my-values.yaml', 'Check a file for all charts')
      .example(
        '$0 validate base.yaml production.yaml',
        'Check what helm -f base.yaml -f production.yaml gives',
      ),
  handler: async ({ file = [], flavour, ...options }) => {
    if (file.length === 0 || file.includes(''))
      throw new UserError('Name the files; standard input is not read')
    const charts = await renderCharts(projectOf(options), flavour)
    const sources = await Promise.all(file.map((path) => readSource(resolve(path))))
    refuse(checkValues(sources, charts))
    refuse(checkExtraConfig(sources, charts))
    const refused = await checkRendering(sources, charts)
    refuse(refused ?? [])
    const how = refused ? '' : ' by their schema; with helm on PATH their templates are asked as well'
    console.log(`${file.join(' + ')}: valid for ${charts.map(({ name }) => name).join(' and ')}${how}`)
  },
}
