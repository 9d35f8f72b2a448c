import { readdir } from 'node:fs/promises'
import path from 'node:path'

/** The test files of a level, by name; only those whose path holds one of `filters`, when there are any. */
export async function testFiles(root: string, level: string, filters: string[] = []): Promise<string[]> {
  const folder = path.join(root, level)
  const found = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return found
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name))
    .filter((file) => filters.length === 0 || filters.some((filter) => isMeant(file, filter, root)))
    .sort()
}

/** Whether a filter means a file: it is a part of the path below the folder of all levels. */
export const isMeant = (file: string, filter: string, root: string): boolean =>
  path.relative(root, file).includes(filter)
