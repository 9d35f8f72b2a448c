import { projectAt } from '../project.ts'

/** The options that every command has. */
export interface CommonOptions {
  project: string
}

/** The option that narrows a command to one chart. */
export const flavourOption = {
  describe: 'Only this chart, such as redis-cluster',
  type: 'string',
  requiresArg: true,
} as const

/** The option for the folder that a command writes to. */
export function outOption(usual: string) {
  return {
    describe: 'The folder to write to',
    type: 'string',
    requiresArg: true,
    defaultDescription: usual,
  } as const
}

/** The project that a command works on. */
export function projectOf(options: CommonOptions) {
  return projectAt(options.project)
}
