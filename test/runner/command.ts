import { spawn } from 'node:child_process'

/** What became of a command. */
export interface Result {
  code: number
  stdout: string
  stderr: string
  seconds: number
}

/** How a command runs. */
export interface Options {
  env?: NodeJS.ProcessEnv
  cwd?: string
  input?: string
  /** Milliseconds until it is killed; a minute unless told. */
  deadline?: number
  /** Whether its errors are also shown as they come: for what takes minutes. */
  echo?: boolean
}

/** Runs a command to its end. One that fails is no error here: `code` tells; one that cannot start or end is. */
export function run(command: string, args: string[], options: Options = {}): Promise<Result> {
  const { env = process.env, cwd, input = '', deadline = 60_000, echo = false } = options
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: 'pipe' })
    const out = { stdout: '', stderr: '' }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${line(command, args)} took longer than ${deadline / 1000} s; it said: ${tail(out)}`))
    }, deadline)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      out.stderr += text
      if (echo) process.stderr.write(text)
    })
    // A command may end without having read its input.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(new Error(`cannot run ${command}: ${error.message}`, { cause: error }))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const seconds = (performance.now() - began) / 1000
      resolve({
        code: code ?? 1,
        ...out,
        stderr: signal ? `${out.stderr}killed by ${signal}` : out.stderr,
        seconds,
      })
    })
  })
}

/** Runs a command that must succeed, and returns what it printed. */
export async function must(command: string, args: string[], options: Options = {}): Promise<string> {
  const result = await run(command, args, options)
  if (result.code !== 0) throw new Error(`${line(command, args)} ended with ${result.code}: ${tail(result)}`)
  return result.stdout
}

const line = (command: string, args: string[]) => [command, ...args].join(' ').slice(0, 200)

const tail = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
  (stderr || stdout).trim().slice(-2000)
