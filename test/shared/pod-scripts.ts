import { readdirSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

const POD = new URL('../../generator/pod/', import.meta.url).pathname

/** The paths of all scripts that run in the pods, by their names: in a pod they all lie in one folder. */
export function podScripts(): Map<string, string> {
  const entries = readdirSync(POD, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && /\.(sh|awk)$/.test(entry.name))
  return new Map(files.map(({ parentPath, name }) => [name, join(parentPath, name)]))
}

/** Copies the pods' scripts into a folder, as a pod has them. */
export async function copyPodScripts(folder: string): Promise<void> {
  for (const path of podScripts().values()) await copyFile(path, join(folder, basename(path)))
}
