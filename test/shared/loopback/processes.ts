import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
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

/** The processes of a release's pods, each a session of its own that is killed whole, as a container is. */
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
    await killed(ordinals.flatMap((ordinal) => processes.get(ordinal) ?? []))
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
  return { process: child, output: () => said, ended, killAll: () => killed([child]) }
}

const hasEnded = (child?: ChildProcess) => !child || child.exitCode !== null || child.signalCode !== null

/** Kills what these have started too: `timeout` makes a process group of its own, so it takes the whole session. */
async function killed(children: ChildProcess[]): Promise<void> {
  const running = children.filter((child) => !hasEnded(child))
  const gone = running.map((child) => new Promise((resolve) => child.once('exit', resolve)))
  const sessions = new Set(running.flatMap(({ pid }) => pid ?? []))
  for (let left = [...sessions]; left.length > 0; left = await membersOf(sessions)) left.forEach(killProcess)
  await Promise.all(gone)
}

/** The processes of these sessions that still run. */
async function membersOf(sessions: Set<number>): Promise<number[]> {
  const members: number[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // proc_pid_stat(5): after the name in brackets come state, parent, group and session.
    const [state, , , session] = (await statOf(pid)).replace(/^.*\) /s, '').split(' ')
    if (sessions.has(Number(session)) && state !== 'Z') members.push(Number(pid))
  }
  return members
}

const statOf = (pid: string) => readFile(`/proc/${pid}/stat`, 'utf8').catch(unlessGone(''))

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    unlessGone(undefined)(error)
  }
}

const unlessGone =
  <T>(then: T) =>
  (error: unknown): T => {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(`${error.code}`))
      return then
    throw error
  }
