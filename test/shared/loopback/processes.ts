import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** A script that runs beside the test. */
export interface Running {
  process: ChildProcess
  /** What it has said so far. */
  output(): string
  ended: Promise<number>
  /** Kills it and all that it has started. */
  killAll(): Promise<void>
}

/** The processes of a release's pods, each a group of its own that is killed whole, as a container is. */
export interface Processes {
  spawn(ordinal: number, script: string, env: NodeJS.ProcessEnv): void
  /** Whether what was started last in a pod runs no more. */
  hasEnded(ordinal: number): boolean
  kill(...ordinals: number[]): Promise<void>
  killAll(): Promise<void>
}

/** Runs scripts by the shell in the folder `bin`; what they say goes to the file that `LOG` names. */
export function processesOf(bin: string): Processes {
  const processes = new Map<number, ChildProcess[]>()
  const kill = async (...ordinals: number[]) => {
    await Promise.all(ordinals.flatMap((ordinal) => processes.get(ordinal) ?? []).map(killed))
    for (const ordinal of ordinals) processes.delete(ordinal)
  }
  return {
    spawn(ordinal, script, env) {
      const command = `exec sh '${script}' >>'${env.LOG}' 2>&1`
      const child = spawn(join(bin, 'sh'), ['-c', command], { env, stdio: 'ignore', detached: true })
      processes.set(ordinal, [...(processes.get(ordinal) ?? []), child])
    },
    hasEnded: (ordinal) => hasEnded(processes.get(ordinal)?.at(-1)),
    kill,
    killAll: () => kill(...processes.keys()),
  }
}

/** Starts a script by the shell in the folder `bin`, and lets it run. */
export function runBeside(bin: string, script: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(join(bin, 'sh'), [script], { env, stdio: 'pipe', detached: true })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  return { process: child, output: () => said, ended, killAll: () => killed(child) }
}

const hasEnded = (child?: ChildProcess) => !child || child.exitCode !== null || child.signalCode !== null

async function killed(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await gone
}
