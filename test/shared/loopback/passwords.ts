import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The password of each pod, in a file as its Secret would have it: the release's, or one of its own. */
export interface Passwords {
  of(ordinal: number): string
  file(ordinal: number): string
  /** Gives a pod a password of its own; none gives it the release's again. */
  relock(ordinal: number, own?: string): Promise<void>
}

/** Passwords in files of `folder`, all pods having `shared` at first. */
export async function passwordsIn(folder: string, shared: string): Promise<Passwords> {
  const own = new Map<number, string>()
  const of = (ordinal: number) => own.get(ordinal) ?? shared
  const file = (ordinal: number) => join(folder, own.has(ordinal) ? `password-${ordinal}` : 'password')
  const relock = async (ordinal: number, password?: string) => {
    if (password === undefined) own.delete(ordinal)
    else own.set(ordinal, password)
    await writeFile(file(ordinal), `${of(ordinal)}\n`)
  }
  await relock(0)
  return { of, file, relock }
}
