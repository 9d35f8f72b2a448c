import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { must, run } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'

export const fixtures = 'test/runner/fixtures'

/** Runs levels of a folder of fixtures, as a person does. */
export const runLevels = (fixture: string, args: string[], env = process.env) =>
  run('node', ['--import', 'tsx', 'test/runner/run.ts', '--in', `${fixtures}/${fixture}`, ...args], { env })

export const lastLine = (output: string) => output.trimEnd().split('\n').at(-1)

/** A PATH on which there is what the runner and scripts/tools are made of, and no tool. */
export async function barePath(scope: Scope): Promise<string> {
  const bare = await mkdtemp(path.join(tmpdir(), 'bare-'))
  scope.defer(() => rm(bare, { recursive: true }))
  for (const program of ['node', 'sh', 'dirname', 'awk', 'sed', 'head', 'basename'])
    await symlink((await must('which', [program])).trim(), path.join(bare, program))
  return bare
}
