import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Tree } from '../text/trees.ts'

/** One effect on the disk. */
export type Step =
  | { do: 'write'; path: string; content: string | Uint8Array }
  | { do: 'move'; from: string; to: string }
  | { do: 'remove'; path: string }

/** Carries out one step. */
export type Perform = (step: Step) => Promise<void>

/**
 * Replaces a folder by new files. A reader sees the whole old folder while the new one is written beside it, then for the
 * moment between two renames none at all, then the whole new one; never a mixture. After an interruption in that moment,
 * `recover` puts the old folder back.
 */
export async function replaceFolder(folder: string, files: Tree, perform: Perform = onDisk): Promise<void> {
  await recover(folder, perform)
  const { fresh, old } = beside(folder)
  for (const [path, content] of files) await perform({ do: 'write', path: join(fresh, path), content })
  if (await exists(folder)) await perform({ do: 'move', from: folder, to: old })
  await perform({ do: 'move', from: fresh, to: folder })
  await perform({ do: 'remove', path: old })
}

/** Clears up after a `replaceFolder` that was interrupted: the folder is whole again, and nothing is left beside it. */
export async function recover(folder: string, perform: Perform = onDisk): Promise<void> {
  const { fresh, old } = beside(folder)
  if (!(await exists(folder)) && (await exists(old))) await perform({ do: 'move', from: old, to: folder })
  for (const path of [fresh, old]) {
    if (await exists(path)) await perform({ do: 'remove', path })
  }
}

/** Replaces one file by a whole new one. */
export async function emitFile(
  path: string,
  content: string | Uint8Array,
  perform: Perform = onDisk,
): Promise<void> {
  const { fresh } = beside(path)
  await perform({ do: 'write', path: fresh, content })
  await perform({ do: 'move', from: fresh, to: path })
}

/** Does a step for real. */
export async function onDisk(step: Step): Promise<void> {
  if (step.do === 'move') return rename(step.from, step.to)
  if (step.do === 'remove') return rm(step.path, { recursive: true, force: true })
  await mkdir(dirname(step.path), { recursive: true })
  await writeFile(step.path, step.content)
}

function beside(path: string): { fresh: string; old: string } {
  const hidden = join(dirname(path), `.${basename(path)}`)
  return { fresh: `${hidden}.new`, old: `${hidden}.old` }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
