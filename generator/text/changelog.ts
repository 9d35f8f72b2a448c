import type { Mistake } from './mistake.ts'

/** One change of a version, in the words of Artifact Hub's annotation. */
export interface Change {
  kind: string
  description: string
}

/** What the changelog says about one version. */
export interface VersionNotes {
  version: string
  /** ISO date of the day it was released. */
  released: string
  changes: Change[]
  line: number
}

/** What a changelog says: its releases, the newest first, and each heading or list that cannot be understood. */
export interface Changelog {
  releases: VersionNotes[]
  mistakes: Mistake[]
}

/** The kinds of changes that Artifact Hub knows, in the order in which the changelog has them. */
export const KINDS = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security']

/** Reads CHANGELOG.md: its releases, and a mistake with its line for every heading or list that cannot be understood. */
export function parseChangelog(text: string, file: string): Changelog {
  const releases: VersionNotes[] = []
  const mistakes: Mistake[] = []
  let kind: string | undefined
  let open: Change | undefined

  for (const [index, line] of text.split('\n').entries()) {
    const place = { file, line: index + 1 }
    const release = releases.at(-1)
    const [, marker, words = ''] = /^(###|##|-|\s+)\s*(\S.*)$/.exec(line) ?? []
    if (marker === '##') {
      const next = readHeading(words, index + 1)
      if (next) releases.push(next)
      else
        mistakes.push({ ...place, problem: `"${words}" is no release`, fix: 'write "## 0.1.0 - 2026-11-24"' })
      kind = undefined
    } else if (marker === '###') {
      kind = words.toLowerCase()
      if (!KINDS.includes(kind)) {
        mistakes.push({
          ...place,
          problem: `"${words}" is no kind of change`,
          fix: `use one of ${KINDS.join(', ')}`,
        })
      }
    } else if (marker === '-' && release) {
      if (!kind)
        mistakes.push({ ...place, problem: 'a change without its kind', fix: 'put "### Added" above it' })
      open = { kind: kind ?? '', description: words }
      release.changes.push(open)
      continue
    } else if (marker !== undefined && open) {
      open.description += ` ${words}`
      continue
    }
    open = undefined
  }
  return { releases, mistakes }
}

function readHeading(words: string, line: number): VersionNotes | undefined {
  const [, version, released] = /^(\d+\.\d+\.\d+\S*) - (\d{4}-\d{2}-\d{2})$/.exec(words) ?? []
  if (!version || !released || Number.isNaN(Date.parse(released))) return undefined
  return { version, released, changes: [], line }
}
