// Makes test/PROMISES.md:  npm run promises [-- --take]
//   --take    first remembers, in test/last-runs.json, what the runs in test-results/ have shown and measured
//   --check   writes nothing, and fails where the page or its sources do not hold
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { must, run } from '../runner/command.ts'
import { benchResults } from '../runner/levels.ts'
import { readShown, testResults } from '../runner/results.ts'
import type { Figure } from '../shared/figures/figures.ts'
import { provenBy, testsIn } from './listing.ts'
import { mistakesIn, mistakesOf } from './mistakes.ts'
import { page } from './page.ts'
import { type LastRuns, remember } from './record.ts'
import { readTrackRecord } from './track-record.ts'

const PAGE = 'test/PROMISES.md'
const LAST_RUNS = 'test/last-runs.json'
const TRACK_RECORD = 'test/track-record.yaml'

// The names of tests go by the official images, whatever else is at hand.
delete process.env.TEST_IMAGES

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, take: { type: 'boolean', default: false } },
})

if (values.take) {
  const figures = JSON.parse(await readOr('[]', path.join(benchResults, 'figures.json'))) as Figure[]
  const last = remember(await lastRuns(), { shown: readShown(testResults), figures })
  await writeFile(LAST_RUNS, `${JSON.stringify(last, undefined, 2)}\n`)
}
const record = readTrackRecord(await readFile(TRACK_RECORD, 'utf8'))
const tests = await testsIn('test')
const given = provenBy(tests)
const mistakes = [...mistakesIn(given), ...mistakesOf(record, tests, await commits())]
if (mistakes.length > 0) give(`The promises do not hold:\n${mistakes.map((one) => `  ${one}`).join('\n')}`)

const made = page({ given, last: await lastRuns(), record })
if (!values.check) {
  await writeFile(PAGE, made)
  console.log(`${PAGE} tells of ${new Set(given.map(({ promise }) => promise)).size} promises`)
} else if (made !== (await readOr('', PAGE))) {
  give(`${PAGE} is not what the tests say. Never edit it, and run:\n\n  npm run promises\n`)
} else console.log(`${PAGE} is up to date`)
// A test file may have opened something that would keep this process.
process.exit(0)

async function lastRuns(): Promise<LastRuns> {
  return JSON.parse(await readOr('{"shown":{},"figures":{}}', LAST_RUNS)) as LastRuns
}

/** A file's text, or what stands for it where there is no such file. */
async function readOr(otherwise: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return otherwise
    throw error
  })
}

/** All commits of the history, or nothing where it is cut off, or none is there. */
async function commits(): Promise<string[] | undefined> {
  const shallow = await run('git', ['rev-parse', '--is-shallow-repository'])
  if (shallow.code !== 0 || shallow.stdout.trim() !== 'false') return undefined
  return (await must('git', ['rev-list', '--all'])).split('\n')
}

function give(reason: string): never {
  console.error(reason)
  process.exit(1)
}
