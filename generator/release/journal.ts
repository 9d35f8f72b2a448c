import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { shown } from '../files/shown.ts'
import { emitFile, onDisk, type Perform } from '../files/write.ts'
import { type Mistake, refuse, UserError } from '../text/mistake.ts'
import type { ReleasePlan } from './plan.ts'

/** A release that was begun: all that it writes, so that it can be finished whatever ended it. */
interface Journal {
  version: string
  /** By path below the root: the hash of what was there, and what comes there, or null where the file goes. */
  files: { path: string; before: string; after: string | null }[]
}

/** The release that was begun and did not end, if there is one. */
export async function begunRelease(root: string): Promise<Journal | undefined> {
  const text = await textAt(journalOf(root))
  if (text === undefined) return undefined
  try {
    const { version, files } = JSON.parse(text) as Partial<Journal>
    if (version !== undefined && Array.isArray(files)) return { version, files }
  } catch {
    // Told below.
  }
  const journal = shown(journalOf(root))
  throw new UserError(`${journal} is not what a release writes; remove it, and restore other files from git`)
}

/** Writes down what a release is going to do. Until that is there nothing has happened; after it the release is under way. */
export async function beginRelease(
  root: string,
  { version, edits }: ReleasePlan,
  perform: Perform = onDisk,
): Promise<Journal> {
  const files = edits.map(({ source, after }) => {
    const path = relative(root, resolve(source.file))
    return { path, before: hashOf(source.text), after: after ?? null }
  })
  const journal = { version, files }
  await emitFile(journalOf(root), `${JSON.stringify(journal, null, 2)}\n`, perform)
  return journal
}

/** Carries out what is left of a release. A MistakesError tells of files that somebody else has changed since it began. */
export async function carryOut(root: string, { files }: Journal, perform: Perform = onDisk): Promise<void> {
  const found = await Promise.all(files.map(({ path }) => textAt(join(root, path))))
  refuse(files.flatMap((file, index) => changedSince(root, file, found[index])))
  for (const [index, { path, after }] of files.entries()) {
    const at = join(root, path)
    if (after === null) await perform({ do: 'remove', path: at })
    else if (found[index] !== after) await emitFile(at, after, perform)
  }
}

/** Ends a release: there is nothing left to carry out. */
export async function endRelease(root: string, perform: Perform = onDisk): Promise<void> {
  await perform({ do: 'remove', path: journalOf(root) })
}

function changedSince(
  root: string,
  { path, before, after }: Journal['files'][number],
  now?: string,
): Mistake[] {
  const expected = now === undefined ? after === null : now === after || hashOf(now) === before
  if (expected) return []
  const journal = shown(journalOf(root))
  const fix = `undo that and run release again, or give the release up: remove ${journal} and restore the files from git`
  return [{ file: shown(join(root, path)), problem: 'has changed since a release began', fix }]
}

function journalOf(root: string): string {
  return join(root, '.changes/.release.json')
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

async function textAt(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
