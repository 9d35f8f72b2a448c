import { askServer } from './ask.ts'
import type { Loopback } from './loopback.ts'

/** Asks a pod's server, pod 0's unless told, as a user whose password is the user's name unless told. */
export const as =
  (release: Loopback, username: string, password = username, ordinal = 0) =>
  (...command: string[]): Promise<string> =>
    askServer(release.address(ordinal), password, command, username)

/** Gives a release users whose password is their name, and whose key in the Secret too; a line each, without the key. */
export async function give(release: Loopback, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    const name = line.replace(/ .*/, '')
    await release.setKey(name, name)
  }
  await release.setUsers(...lines.map((line) => line.replace(/^(\S+)/, '$1 $1')))
}
