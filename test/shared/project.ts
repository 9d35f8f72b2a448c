import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { format } from 'node:util'
import { main } from '../../generator/cli.ts'
import { type Options, type Result, run } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const BIN = path.join(ROOT, 'generator/bin.js')
const INPUTS = ['schema', 'generator/templates', 'generator/pod', 'CHANGELOG.md', 'LICENSE', 'package.json']

/** A folder that is gone when the scope ends. */
export async function folder(scope: Scope): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'chartgen-'))
  scope.defer(() => rm(made, { recursive: true, force: true }))
  return made
}

/** A copy of what this project's charts are made of, to be broken. */
export async function copyOfProject(scope: Scope): Promise<string> {
  const copy = await folder(scope)
  for (const input of INPUTS) await cp(path.join(ROOT, input), path.join(copy, input), { recursive: true })
  return copy
}

/** Runs chartgen in a project's folder, on that project; in this process, because to start another takes a second each time. */
export async function chartgen(project: string, args: string[]): Promise<Result> {
  const said = { stdout: '', stderr: '' }
  const [{ log, error }, from, began] = [console, process.cwd(), performance.now()]
  console.log = (...words) => {
    said.stdout += `${format(...words)}\n`
  }
  console.error = (...words) => {
    said.stderr += `${format(...words)}\n`
  }
  process.chdir(project)
  try {
    const code = await main([...args, '--project', '.'])
    return { code, ...said, seconds: (performance.now() - began) / 1000 }
  } finally {
    process.chdir(from)
    Object.assign(console, { log, error })
  }
}

/** As chartgen, in a process of its own. */
export const chartgenElsewhere = (project: string, args: string[], options: Options): Promise<Result> =>
  run(process.execPath, [BIN, ...args, '--project', '.'], { cwd: project, ...options })

/** As chartgen, under another umask. */
export function chartgenWithUmask(umask: string, project: string, args: string[], options: Options) {
  const command = `umask ${umask} && exec "$@"`
  const line = [process.execPath, BIN, ...args, '--project', '.']
  return run('sh', ['-c', command, 'sh', ...line], { cwd: project, ...options })
}

/** The lines that tell a mistake. */
export function mistakes({ stderr }: Result): string[] {
  return stderr.split('\n\n')[0]?.split('\n') ?? []
}
