// Runs levels of tests:  node --import tsx test/runner/run.ts [LEVEL…] [FILTER…] [--all] [--install]
// Without a level: all usual ones, less the files whose tools are missing. If a level is named, or with --all, nothing may be left
// out. Nothing is installed but with --install. With --engines "valkey 9.1,redis 8.6", newest or all, the level engine runs on these,
// out of the images that TEST_IMAGES or test/images.yaml has; --all means the newest.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { sharedCluster } from '../kube/shared-cluster.ts'
import { runChecks } from './checks.ts'
import { runFile } from './child.ts'
import { type Engines, enginesFor, type FileRun, runsOn, toolsOn } from './engines.ts'
import { isMeant, testFiles } from './files.ts'
import { levels } from './levels.ts'
import { forgetFigures, noteShown, readFigures, testResults } from './results.ts'
import { asError } from './scope.ts'
import { announcement, type Chosen, type Selection, select } from './selection.ts'
import type { Setting } from './setting.ts'
import { type Entry, isGood, summary } from './tally.ts'
import { missingTools, toolsOf } from './tools.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    engines: { type: 'string' },
    install: { type: 'boolean', default: false },
    in: { type: 'string', default: 'test' },
  },
})
const named = positionals.filter((word) => word in levels)
const filters = positionals.filter((word) => !(word in levels))
const strict = values.all || named.length > 0
const skipsFail = values.all || Boolean(process.env.CI)

const entries: Entry[] = []
const slowest: string[] = []
const engines = await enginesAsked()
const ranOn = new Map<string, string[]>()
const breakOff = new AbortController()
const cluster = sharedCluster()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log(`\n${signal}: ending the tests and what they started; once more to end at once`)
    breakOff.abort()
  })
}

const chosen = await choose()
const tools = [...new Set(chosen.flatMap(({ files }) => files.flatMap((one) => one.tools)))]
const missing = await missingTools(tools, values.install)
const selection = select(chosen, [...missing.keys()])
console.log(announcement(selection))
try {
  if (named.length === 0 && filters.length === 0) entries.push(...(await runChecks()))
  for (const one of selection.runs) await runLevel(one)
} finally {
  await cluster.end()
}
for (const { name, files } of selection.leftOut) if (strict) fail(name, `${files.length} files left out`)
if (breakOff.signal.aborted) fail('run', 'broken off')
for (const line of slowest) console.log(`\n${line}`)
if (chosen.some(({ level }) => level.engines))
  for (const engine of engines.names.filter(Boolean)) {
    const ran = entries.filter(({ from }) => from.endsWith(on(engine)))
    console.log(`\n${engine}: ${ran.filter(({ outcome }) => outcome === 'passed').length} tests passed`)
    if (ran.length === 0 && strict && filters.length === 0) fail('run', `nothing ran on ${engine}`)
  }
for (const advice of missing.values()) console.log(`\n${advice}`)
if (selection.leftOut.length > 0) console.log(`\n${announcement(selection)}`)
console.log(`\n${summary(entries)}`)
process.exit(isGood(entries, skipsFail) ? 0 : 1)

/** The files of the levels and filters that were given, and what they need; a level or a filter without a file is a failure. */
async function choose(): Promise<Chosen[]> {
  const found: Chosen[] = []
  for (const [name, level] of Object.entries(levels)) {
    if (named.length > 0 ? !named.includes(name) : !level.always) continue
    const files = await testFiles(values.in, name, filters)
    if (files.length === 0 && filters.length === 0) fail(name, 'no test file')
    found.push({
      name,
      level,
      files: files.map((file) => ({
        file,
        tools: [...(level.engines ? toolsOn(engines, level.tools) : level.tools), ...toolsOf(file)],
      })),
    })
  }
  const all = found.flatMap(({ files }) => files.map(({ file }) => file))
  for (const filter of filters)
    if (!all.some((file) => isMeant(file, filter, values.in)))
      fail('run', `no file of these levels has "${filter}" in its path`)
  return found
}

/** The engines of this run; those that cannot be had are a failure. */
async function enginesAsked(): Promise<Engines> {
  try {
    return await enginesFor(values.engines ?? (values.all ? 'newest' : undefined))
  } catch (error) {
    fail('run', asError(error).message)
    return { names: [], sparing: false }
  }
}

async function runLevel({ name, level, files }: Selection['runs'][number]): Promise<void> {
  if (breakOff.signal.aborted || files.length === 0) return
  console.log(`\n=== ${name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`)
  let waiting: FileRun[]
  try {
    waiting = runsOn(level.engines ? engines : { names: [''], sparing: false }, files)
  } catch (error) {
    return fail(name, asError(error).message)
  }
  try {
    if (level.cluster) await cluster.start()
  } catch (error) {
    return fail(name, `no cluster: ${asError(error).message}`)
  }
  if (level.results) await forgetFigures(level.results)
  const took: [file: string, seconds: number][] = []
  const lane = async () => {
    for (let next = waiting.shift(); next && !breakOff.signal.aborted; next = waiting.shift()) {
      const began = performance.now()
      entries.push(...(await runShown(next, level.atOnce === 1)))
      took.push([path.relative(values.in, next.file), (performance.now() - began) / 1000])
    }
  }
  await Promise.all(Array.from({ length: level.atOnce }, lane))
  const longest = took.sort(([, a], [, b]) => b - a).slice(0, 5)
  slowest.push(`slowest of ${name}: ${longest.map(([file, s]) => `${file} ${s.toFixed(0)} s`).join(', ')}`)
  if (level.results) console.log(`\n${await readFigures(level.results)}`)
}

/** What a file ran on in this run, on several engines one after the other. */
function withEarlier(file: string, on: Setting | undefined): Setting | undefined {
  if (!on) return undefined
  const engines = [...new Set([...(ranOn.get(file) ?? []), ...on.engines])].sort()
  ranOn.set(file, engines)
  return { ...on, engines }
}

/** Follows the name of a file that ran on an engine. */
function on(engine: string): string {
  return engine ? ` on ${engine}` : ''
}

/** Runs a file, on an engine if one is named, and shows what it prints, at once when it runs alone, else all of it at its end. */
async function runShown({ file, engine }: FileRun, alone: boolean): Promise<Entry[]> {
  const from = `${file}${on(engine)}`
  const held: Buffer[] = [Buffer.from(`\n${from}\n`)]
  if (alone) process.stdout.write(held[0] ?? '')
  const output = (chunk: Buffer) => void (alone ? process.stdout.write(chunk) : held.push(chunk))
  const env = engine ? { ...process.env, TEST_ENGINE: engine } : process.env
  const ended = await runFile(file, { env, output, signal: breakOff.signal })
  if (!alone) process.stdout.write(Buffer.concat(held))
  const setting = withEarlier(file, ended.at(-1)?.on)
  // Of tests that lie elsewhere nobody wants to know later.
  if (setting && values.in === 'test' && isGood(ended, true))
    await noteShown(testResults, path.relative(values.in, file), setting)
  return ended.map((entry) => ({ ...entry, from }))
}

function fail(from: string, name: string): void {
  entries.push({ from, name, outcome: 'failed' })
}
