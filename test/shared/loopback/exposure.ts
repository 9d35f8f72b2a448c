import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { pause } from '../../runner/deadline.ts'

/** A watch on this machine's processes for a secret. */
export interface Watch {
  /** Ends the watch. Returns the command lines of the processes that had the secret where it may not be, each once. */
  end(): Promise<string[]>
  /** How often the engine's client was seen with the secret in its environment: a watch that never saw it has seen nothing. */
  clients(): number
}

/**
 * Looks again and again, until it is ended, for processes with a secret in their arguments, or in the environment that they were
 * started with. The engine's client alone may have it there.
 */
export function watchFor(secret: string): Watch {
  const found = new Set<string>()
  let clients = 0
  let over = false
  const look = async (pid: string) => {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
    // In this order: what becomes the client meanwhile is then taken for the client.
    const environment = await read('environ')
    const command = await read('cmdline')
    // It has ended meanwhile.
    if (command === '') return
    const words = command.split('\0')
    if (command.includes(secret)) found.add(words.join(' '))
    if (!environment.includes(secret)) return
    if (isClient(words)) clients++
    else found.add(words.join(' '))
  }
  const watch = async () => {
    while (!over) {
      const entries = await readdir('/proc')
      await Promise.all(entries.filter((entry) => /^\d+$/.test(entry)).map(look))
      await pause(10)
    }
  }
  const watching = watch()
  return {
    async end() {
      over = true
      await watching
      return [...found]
    },
    clients: () => clients,
  }
}

// An engine of another image can be started by a shell or by its own loader.
const isClient = (words: string[]) =>
  words.some((word) => /^(redis|valkey)-cli$/.test(basename(word))) &&
  !words.some((word) => ['login.sh', 'timeout'].includes(basename(word)))
