// Runs levels of tests:  node --import tsx test/runner/run.ts [LEVEL…] [FILTER…] [--all]
// Without a level: every usual one whose tools are there. A level that is named, or --all, must not be left out.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { sharedCluster } from '../kube/shared-cluster.ts'
import { runChecks } from './checks.ts'
import { runFile } from './child.ts'
import { isMeant, testFiles } from './files.ts'
import { type Level, levels } from './levels.ts'
import { forgetFigures, noteShown, readFigures, testResults } from './results.ts'
import { type Entry, isGood, summary } from './tally.ts'
import { missingTools } from './tools.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, in: { type: 'string', default: 'test' } },
})
const named = positionals.filter((word) => word in levels)
const filters = positionals.filter((word) => !(word in levels))
const strict = values.all || named.length > 0
const skipsFail = values.all || Boolean(process.env.CI)

const entries: Entry[] = []
const leftOut: string[] = []
/** The files that the filters, if any, have chosen. */
const meant: string[] = []
const breakOff = new AbortController()
const cluster = sharedCluster()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log(`\n${signal}: ending the tests and what they started; once more to end at once`)
    breakOff.abort()
  })
}

try {
  if (named.length === 0 && filters.length === 0) entries.push(...(await runChecks()))
  for (const [name, level] of Object.entries(levels)) {
    if (named.length > 0 ? named.includes(name) : level.always) await runLevel(name, level)
  }
} finally {
  await cluster.end()
}
for (const filter of filters)
  if (!meant.some((file) => isMeant(file, filter, values.in)))
    fail('run', `no file of these levels has "${filter}" in its path`)
if (breakOff.signal.aborted) fail('run', 'broken off')
for (const reason of leftOut) console.log(`\n${reason}`)
console.log(`\n${summary(entries)}`)
process.exit(isGood(entries, skipsFail) ? 0 : 1)

async function runLevel(name: string, level: Level): Promise<void> {
  const files = await testFiles(values.in, name, filters)
  meant.push(...files)
  if (breakOff.signal.aborted || (filters.length > 0 && files.length === 0)) return
  if (files.length === 0) return fail(name, 'no test file')
  const missing = await missingTools(level.tools)
  if (missing) {
    leftOut.push(`LEFT OUT: the ${files.length} files of level ${name}, for want of:\n${missing}`)
    if (strict) fail(name, 'left out')
    return
  }
  console.log(`\n=== ${name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`)
  try {
    if (level.cluster) await cluster.start()
  } catch (error) {
    return fail(name, `no cluster: ${error instanceof Error ? error.message : error}`)
  }
  if (level.results) await forgetFigures(level.results)
  const waiting = [...files]
  const lane = async () => {
    for (let file = waiting.shift(); file && !breakOff.signal.aborted; file = waiting.shift()) {
      entries.push(...(await runShown(file, level.atOnce === 1)))
    }
  }
  await Promise.all(Array.from({ length: level.atOnce }, lane))
  if (level.results) console.log(`\n${await readFigures(level.results)}`)
}

/** Runs a file and shows what it prints, at once when it runs alone, else all of it at its end. */
async function runShown(file: string, alone: boolean): Promise<Entry[]> {
  const held: Buffer[] = [Buffer.from(`\n${file}\n`)]
  if (alone) process.stdout.write(held[0] ?? '')
  const output = (chunk: Buffer) => void (alone ? process.stdout.write(chunk) : held.push(chunk))
  const ended = await runFile(file, { env: process.env, output, signal: breakOff.signal })
  if (!alone) process.stdout.write(Buffer.concat(held))
  const on = ended.at(-1)?.on
  // Of tests that lie elsewhere nobody wants to know later.
  if (on && values.in === 'test' && isGood(ended, true))
    await noteShown(testResults, path.relative(values.in, file), on)
  return ended
}

function fail(from: string, name: string): void {
  entries.push({ from, name, outcome: 'failed' })
}
