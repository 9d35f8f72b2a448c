import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Loopback } from '../shared/loopback/loopback.ts'

/** What a pod's server has written to its append-only file since the last rewrite: the files of its manifest that grow. */
export async function tailOf(release: Loopback, ordinal: number): Promise<string> {
  const folder = join(release.data(ordinal), 'appendonlydir')
  const manifest = await readFile(join(folder, 'appendonly.aof.manifest'), 'utf8')
  const files = [...manifest.matchAll(/^file (\S+) seq \d+ type i/gm)].map(([, file = '']) => file)
  if (files.length === 0) throw new Error(`no file that grows in: ${manifest}`)
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'latin1')))).join('')
}
