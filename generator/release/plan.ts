import { type Change, KINDS } from '../text/changelog.ts'
import { isObject } from '../text/json.ts'
import type { Source } from '../text/source.ts'
import { compareVersions } from '../text/version.ts'
import { flavoursOf } from '../values/flavour.ts'
import type { Sources } from '../values/sources.ts'
import { type Bump, bumpFor, type Class, raise } from './bump.ts'

/** What a release changes: the version that all charts get, and the files as they are after it. */
export interface ReleasePlan {
  version: string
  changes: Change[]
  /** Each input that changes, with its new text, or none where it is removed. */
  edits: { source: Source; after: string | undefined }[]
}

/** What kinds of changes mean for a version, as far as their kind alone tells. */
const CLASS_OF: Record<string, Class> = {
  removed: 'breaking',
  added: 'feature',
  changed: 'feature',
  deprecated: 'feature',
  fixed: 'fix',
  security: 'fix',
}

/**
 * Plans the next release from valid sources: its version follows from the files in .changes and from what a comparison with
 * the last release found. Undefined if nothing has changed. All charts get one version, because they come out of one source.
 */
export function planRelease(sources: Sources, day: string, found: Class[] = []): ReleasePlan | undefined {
  const changes = changesOf(sources)
  if (changes.length === 0) return undefined
  const last = latestVersion(sources)
  const classes = [...changes.map(({ kind }) => CLASS_OF[kind] ?? 'feature'), ...found]
  const version = raise(last, bumpFor(classes, last) as Bump)
  const { changelog, flavours } = sources
  return {
    version,
    changes,
    edits: [
      { source: changelog, after: withSection(changelog.text, section(version, day, changes)) },
      ...flavours.map((source) => ({ source, after: withVersion(source.text, version) })),
      ...sources.changes.map((source) => ({ source, after: undefined })),
    ],
  }
}

/** The newest version of the flavours. */
export function latestVersion(sources: Sources): string {
  const versions = flavoursOf(sources).map((flavour) => flavour.version)
  return versions.sort(compareVersions).at(-1) ?? '0.0.0'
}

function changesOf({ changes }: Sources): Change[] {
  return changes.flatMap(({ data }) => {
    if (!isObject(data)) return []
    return [{ kind: String(data.kind), description: String(data.description).trim() }]
  })
}

function section(version: string, day: string, changes: Change[]): string {
  const lists = KINDS.flatMap((kind) => {
    const own = changes.filter((change) => change.kind === kind)
    const title = kind.charAt(0).toUpperCase() + kind.slice(1)
    return own.length === 0
      ? []
      : [`### ${title}\n\n${own.map(({ description }) => `- ${description}\n`).join('')}`]
  })
  return `## ${version} - ${day}\n\n${lists.join('\n')}`
}

// The newest release comes first.
function withSection(changelog: string, section: string): string {
  const first = /^## /m.exec(changelog)
  if (!first) return `${changelog.trimEnd()}\n\n${section}`
  return `${changelog.slice(0, first.index)}${section}\n${changelog.slice(first.index)}`
}

// Only the line that holds the version changes, so that comments stay.
function withVersion(flavour: string, version: string): string {
  return flavour.replace(/^version:.*$/m, `version: ${version}`)
}
