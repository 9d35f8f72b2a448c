import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { shown } from '../files/shown.ts'
import type { Json, JsonObject } from '../text/json.ts'
import type { Mistake } from '../text/mistake.ts'
import { digestOf, entriesOf, type Package } from './index-yaml.ts'

/** Finds the packages in a folder that are not what they were published as, or that new ones would overwrite. */
export async function checkPublished(
  folder: string,
  index: JsonObject | undefined,
  packages: Package[],
): Promise<Mistake[]> {
  const published = new Map(
    Object.values(entriesOf(index)).flatMap((entries) => entries.flatMap(digestsByFile)),
  )
  const made = new Map(packages.map(({ file, bytes }) => [file, digestOf(bytes)]))
  return [...(await digestsIn(folder))].flatMap(([name, digest]) => {
    const file = shown(join(folder, name))
    const listed = published.get(name)
    if (listed !== undefined && listed !== digest) {
      const fix = 'restore the file that was published, or remove what was not from both'
      return [{ file, problem: 'is not what index.yaml has the digest of', fix }]
    }
    if (made.has(name) && made.get(name) !== digest) {
      const fix =
        'a published version must not change: run "npx chartgen release", or remove the file if it never was'
      return [{ file, problem: 'is there with other bytes', fix }]
    }
    if (listed !== undefined || made.has(name)) return []
    return [{ file, problem: 'is not in index.yaml', fix: 'restore the index, or remove the file' }]
  })
}

// Wherever its addresses lead, a package has the same name there.
function digestsByFile({ urls, digest }: JsonObject): [file: string, digest: Json | undefined][] {
  return (Array.isArray(urls) ? urls : []).map((url) => [basename(String(url)), digest])
}

async function digestsIn(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const digests = names
    .filter((name) => name.endsWith('.tgz'))
    .map(async (name) => [name, digestOf(await readFile(join(folder, name)))] as const)
  return new Map(await Promise.all(digests))
}
