import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import yargs from 'yargs'
import { check } from './commands/check.ts'
import { compare } from './commands/compare.ts'
import { generate } from './commands/generate.ts'
import { packageCharts } from './commands/package.ts'
import { release } from './commands/release.ts'
import { start } from './commands/start.ts'
import { validateValues } from './commands/validate.ts'
import { MistakesError, UserError } from './text/mistake.ts'

const HERE = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a command line. Gives the exit code: 0, 1 for what the person has to mend, 2 for a defect of ours. */
export async function main(args: string[]): Promise<number> {
  try {
    await parser(args).parseAsync()
    return 0
  } catch (error) {
    return report(error)
  }
}

function parser(args: string[]) {
  return yargs(args)
    .scriptName('chartgen')
    .usage('$0 <command>\n\nMakes the charts in chart/ out of schema/ and generator/.')
    .option('project', {
      describe: 'The folder of the project to work on',
      type: 'string',
      default: HERE,
      defaultDescription: 'the one chartgen belongs to',
      coerce: (path: string) => resolve(path),
    })
    .command(generate)
    .command(check)
    .command(validateValues)
    .command(packageCharts)
    .command(compare)
    .command(release)
    .command(start)
    .demandCommand(1, 'Which command?')
    .strict()
    .locale('en')
    .version(false)
    .epilogue('Exit code: 0 done, 1 something for you to mend, 2 a defect of chartgen itself.')
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UserError(`${message}\nSee: chartgen --help`)
    })
}

function report(error: unknown): number {
  if (error instanceof UserError) {
    console.error(error.message)
    return 1
  }
  if (error instanceof MistakesError) {
    const count = new Set(error.message.split('\n')).size
    console.error(`${error.message}\n\n${count === 1 ? '1 mistake' : `${count} mistakes`} to mend.`)
    return 1
  }
  if (error instanceof Error && 'syscall' in error) {
    console.error(`The system refused: ${error.message}`)
    return 1
  }
  console.error(error instanceof Error ? error.stack : error)
  console.error(
    '\nThis is a defect of chartgen, not a mistake of yours. Please report it with the lines above.',
  )
  return 2
}
