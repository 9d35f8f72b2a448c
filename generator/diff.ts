import { join } from 'node:path'
import { readTree } from './files/read.ts'
import { recover } from './files/write.ts'
import type { RenderedChart } from './render.ts'
import { type Difference, differences } from './text/trees.ts'

/** How the charts in a folder differ from what they should be. Clears up first after an interrupted run. */
export async function diff(charts: RenderedChart[], folder: string): Promise<Difference[]> {
  for (const { name } of charts) await recover(join(folder, name))
  const wanted = charts.flatMap(({ name, files }) =>
    [...files].map(([path, text]) => [`${name}/${path}`, text] as const),
  )
  return differences(await readTree(folder), new Map(wanted))
}
