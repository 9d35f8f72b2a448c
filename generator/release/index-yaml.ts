import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../text/json.ts'
import { type Mistake, UserError } from '../text/mistake.ts'
import type { Source } from '../text/source.ts'
import { compareVersions } from '../text/version.ts'

/** A packed chart: what its Chart.yaml says, the day of its release, and the package. */
export interface Package {
  chart: JsonObject
  released: string
  file: string
  bytes: Uint8Array
}

/**
 * Adds packages to a Helm repository's index, the newest version of each chart first. What is there stays as it is; a
 * UserError tells of a version that is there with another content.
 */
export function mergeIndex(index: JsonObject | undefined, packages: Package[]): JsonObject {
  const entries: { [name: string]: JsonObject[] } = entriesOf(index)
  for (const one of packages) {
    const name = String(one.chart.name)
    const there = entries[name] ?? []
    const same = there.find(({ version }) => version === one.chart.version)
    if (!same) entries[name] = [...there, entryOf(one)].sort((a, b) => compareVersions(text(b), text(a)))
    else if (same.digest !== digestOf(one.bytes)) throw changed(one)
  }
  const names = Object.keys(entries).sort()
  const sorted = Object.fromEntries(names.map((name) => [name, entries[name] ?? []]))
  const created = names.flatMap((name) => (sorted[name] ?? []).map((entry) => String(entry.created)))
  return { apiVersion: 'v1', ...index, entries: sorted, generated: created.sort().at(-1) ?? '' }
}

/** An index without the packages of these names. */
export function withoutFiles(index: JsonObject, files: string[]): JsonObject {
  const others = Object.entries(entriesOf(index)).map(([name, entries]): [string, JsonObject[]] => [
    name,
    entries.filter(({ urls }) => !Array.isArray(urls) || !urls.some((url) => files.includes(String(url)))),
  ])
  return { ...index, entries: Object.fromEntries(others) }
}

/** Finds what keeps a file from being the index of a Helm repository: what is no index must not be overwritten by one. */
export function checkIndex({ file, data }: Source): Mistake[] {
  const entries = isObject(data) && data.apiVersion === 'v1' ? (data.entries ?? {}) : undefined
  if (
    isObject(entries) &&
    Object.values(entries).every((list) => Array.isArray(list) && list.every(isObject))
  )
    return []
  const fix = 'restore the one that was published, or remove the file'
  return [{ file, problem: 'is not the index of a Helm repository', fix }]
}

/** The versions of each chart that an index lists. */
export function entriesOf(index: JsonObject | undefined): { [name: string]: JsonObject[] } {
  const entries = isObject(index?.entries) ? index.entries : {}
  return Object.fromEntries(Object.entries(entries).map(([name, list]) => [name, listOf(list)]))
}

function entryOf({ chart, released, file, bytes }: Package): JsonObject {
  return { ...chart, created: `${released}T00:00:00Z`, digest: digestOf(bytes), urls: [file] }
}

function changed({ chart, file }: Package): UserError {
  return new UserError(
    `${chart.name} ${chart.version} is in the index already, but with another content than ${file} has now.\n` +
      'A published version must not change: describe what has in .changes, and give it the next version by\n\n' +
      '  npx chartgen release\n\nIf it was never published, remove its entry or the whole output folder.',
  )
}

/** A package's digest, as an index has it. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function text(entry: JsonObject): string {
  return String(entry.version)
}
