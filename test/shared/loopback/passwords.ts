import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The passwords of each pod, in files as its Secret would have them: the release's, or one of its own. */
export interface Passwords {
  of(ordinal: number): string
  /** The file with the default user's password; those of other users lie beside it. */
  file(ordinal: number): string
  /** Gives a pod a password of its own; none gives it the release's again. */
  relock(ordinal: number, own?: string): Promise<void>
  /** Puts a user's password under a key of the release's Secret; none takes the key away. */
  setKey(key: string, password?: string): Promise<void>
}

/** Passwords in files of `folder`, all pods having `shared` at first. */
export async function passwordsIn(folder: string, shared: string): Promise<Passwords> {
  const own = new Map<number, string>()
  const of = (ordinal: number) => own.get(ordinal) ?? shared
  const secret = (ordinal: number) => join(folder, own.has(ordinal) ? `auth-${ordinal}` : 'auth')
  const file = (ordinal: number) => join(secret(ordinal), 'password')
  const relock = async (ordinal: number, password?: string) => {
    if (password === undefined) own.delete(ordinal)
    else own.set(ordinal, password)
    await mkdir(secret(ordinal), { recursive: true })
    await writeFile(file(ordinal), `${of(ordinal)}\n`)
  }
  const setKey = async (key: string, password?: string) => {
    const path = join(folder, 'auth', key)
    if (password === undefined) await rm(path)
    else await writeFile(path, password)
  }
  await relock(0)
  return { of, file, relock, setKey }
}
