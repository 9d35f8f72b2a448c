// A test file's exit code, decided here and not by uvu, which exits 0 when a suite was never run or its printing failed.

const waiting = new Set<string>()
let well = true

/** Notes that a suite exists and has yet to run. */
export function declared(suite: string): void {
  waiting.add(suite)
}

/** Notes that a suite runs, with so many tests. */
export function ran(suite: string, tests: number): void {
  waiting.delete(suite)
  if (tests > 0) return
  well = false
  process.stderr.write(`\n  "${suite}" has no test\n`)
}

/** Notes an outcome; one that is not well decides. */
export function allIsWell(outcome: boolean): void {
  well &&= outcome
}

process.on('exit', (code) => {
  for (const suite of waiting)
    process.stderr.write(`\n  "${suite}" was never run: its file must end with test.run()\n`)
  if (code === 0 && (!well || waiting.size > 0)) process.exitCode = 1
})
