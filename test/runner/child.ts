import { fork } from 'node:child_process'
import type { Report } from './report.ts'
import type { Entry } from './tally.ts'

// Beyond a test's own time: to load a file, and to end once its tests are done.
const GRACE = 30_000

/** How a test file runs. */
export interface FileOptions {
  env: NodeJS.ProcessEnv
  /** Takes what it prints. */
  output: (chunk: Buffer) => void
  /** Ends the file when the run is broken off. */
  signal: AbortSignal
}

/** Runs a test file in a process of its own, and returns an entry for each of its tests, or for why there is none. */
export function runFile(file: string, { env, output, signal }: FileOptions): Promise<Entry[]> {
  const entries: Entry[] = []
  const open = new Map<string, string>()
  const failed = (name: string) => entries.push({ from: file, name, outcome: 'failed' })
  const child = fork(file, { execArgv: ['--import', 'tsx'], env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  child.stdout?.on('data', output)
  child.stderr?.on('data', output)

  return new Promise((resolve) => {
    let stuck = ''
    let timer: NodeJS.Timeout
    const allow = (ms: number, what: string) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        stuck = `${what} did not end in ${ms / 1000} s`
        child.kill('SIGKILL')
      }, ms)
    }
    allow(GRACE, 'loading the file')

    child.on('message', (report: Report) => {
      const key = `${report.suite}: ${report.test}`
      if (report.event === 'start') {
        open.set(key, report.test)
        allow(report.timeout + GRACE, `"${report.test}"`)
      } else {
        open.delete(key)
        entries.push({
          from: file,
          name: report.test,
          outcome: report.outcome,
          on: report.on,
          why: report.why,
        })
        allow(GRACE, 'the file, with no test running,')
      }
    })
    const stop = () => child.kill('SIGTERM')
    signal.addEventListener('abort', stop, { once: true })

    child.on('close', (code, killedBy) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      const how = stuck || (signal.aborted ? 'broken off' : `ended with ${killedBy ?? code}`)
      for (const [, test] of open) if (test !== 'setup' && test !== 'teardown') failed(`${test} (${how})`)
      const anyFailed = entries.some(({ outcome }) => outcome === 'failed')
      if (code !== 0 && !anyFailed) failed(`the file ${how}, though none of its tests failed`)
      else if (entries.length === 0) failed('the file has no test, or forgot test.run()')
      resolve(entries)
    })
  })
}
