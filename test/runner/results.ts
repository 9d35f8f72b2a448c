import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Evidence } from './scope.ts'
import type { Setting } from './setting.ts'

/** Where runs leave what explains or shows something. */
export const testResults = 'test-results'

const folder = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80)

/** Saves the evidence of a failed test and returns its folder, or nothing when there is none. */
export async function saveEvidence(
  suite: string,
  test: string,
  evidence: Evidence,
): Promise<string | undefined> {
  const files = Object.entries(evidence)
  if (files.length === 0) return undefined
  const target = path.join(testResults, folder(suite), folder(test))
  await rm(target, { recursive: true, force: true })
  for (const [name, text] of files) {
    const file = path.join(target, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  return target
}

// The files of a level add to the one table, as numbers and as text.
const figures = ['figures.json', 'figures.txt']

/** Forgets the table that an earlier run has left in a folder. */
export async function forgetFigures(results: string): Promise<void> {
  for (const name of figures) await rm(path.join(results, name), { force: true })
}

/** The table that this run has left there, as text. */
export const readFigures = (results: string) =>
  readFile(path.join(results, 'figures.txt'), 'utf8').catch(
    () => 'no figure of this run has a place in the comparison with the recipe\n',
  )

// Which files' tests have all passed, and on what.
const shown = (results: string) => path.join(results, 'shown.json')

/** Notes that all tests of a file have passed on this, in the place of what an earlier run has noted of the file. */
export async function noteShown(results: string, file: string, on: Setting): Promise<void> {
  await mkdir(results, { recursive: true })
  // In one go, because several files may end at the same time.
  writeFileSync(shown(results), `${JSON.stringify({ ...readShown(results), [file]: on }, undefined, 2)}\n`)
}

/** What runs have noted, by file. */
export function readShown(results: string): Record<string, Setting> {
  try {
    return JSON.parse(readFileSync(shown(results), 'utf8')) as Record<string, Setting>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
