import { join } from 'node:path'
import { diff } from './diff.ts'
import { type Perform, replaceFolder } from './files/write.ts'
import type { RenderedChart } from './render.ts'
import { summary } from './text/trees.ts'

/** A folder, and what became of it. */
export interface Emitted {
  path: string
  what: string
}

/** Writes the charts whose files differ from what lies in a folder. If the folder is ours, all else in it goes. */
export async function emit(
  charts: RenderedChart[],
  folder: string,
  { isOurs, perform }: { isOurs: boolean; perform: Perform },
): Promise<Emitted[]> {
  const differences = await diff(charts, folder)
  const emitted: Emitted[] = []
  for (const { name, files } of charts) {
    const path = join(folder, name)
    const own = differences.filter((one) => one.path.startsWith(`${name}/`))
    if (own.length > 0) await replaceFolder(path, files, perform)
    emitted.push({ path, what: `${files.size} files, ${summary(own) || 'all up to date'}` })
  }
  if (!isOurs) return emitted
  const strays = new Set(differences.map(({ path }) => path.split('/')[0] ?? ''))
  for (const { name } of charts) strays.delete(name)
  for (const stray of strays) {
    const path = join(folder, stray)
    await perform({ do: 'remove', path })
    emitted.push({ path, what: 'removed, it belongs to no flavour' })
  }
  return emitted
}
