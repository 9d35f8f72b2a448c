import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from './json.ts'
import type { Mistake } from './mistake.ts'
import { shown } from './project.ts'
import { digestOf, entriesOf, type Package } from './repository-index.ts'

/** Finds the packages in a folder that are not what they were published as, or that new ones would overwrite. */
export async function checkPublished(
  folder: string,
  index: Json | undefined,
  packages: Package[],
): Promise<Mistake[]> {
  const digests = await digestsIn(folder)
  const published = Object.entries(entriesOf(index)).flatMap(([, entries]) => entries)
  const changed = published.flatMap(({ urls, digest }) =>
    (Array.isArray(urls) ? urls : []).flatMap((url) => {
      // What an address leads to lies elsewhere.
      const found = digests.get(String(url))
      if (found === undefined || found === digest) return []
      const fix = 'restore the file that was published, or remove what was not from both'
      return {
        file: shown(join(folder, String(url))),
        problem: 'is not what index.yaml has the digest of',
        fix,
      }
    }),
  )
  const overwritten = packages.flatMap(({ file, bytes }) => {
    const found = digests.get(file)
    if (found === undefined || found === digestOf(bytes) || changed.some((one) => one.file.endsWith(file)))
      return []
    const fix =
      'a published version must not change: run "npx chartgen release", or remove the file if it never was'
    return { file: shown(join(folder, file)), problem: 'is there with other bytes', fix }
  })
  return [...changed, ...overwritten]
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
