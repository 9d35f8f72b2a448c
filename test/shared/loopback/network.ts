import { createServer } from 'node:net'

let claimed: Promise<string> | undefined

/**
 * A part of the loopback, such as 127.20, that no other process of tests uses: test files run beside each other, and servers
 * of two of them at one address would be taken for each other. It is this process's until it ends.
 */
export function ownNetwork(): Promise<string> {
  claimed ??= claim()
  return claimed
}

async function claim(): Promise<string> {
  for (let second = 20; second < 220; second++)
    if (await listensAt(`127.${second}.255.254`)) return `127.${second}`
  throw new Error('all networks from 127.20 to 127.219 are in use by other tests')
}

// The system lets one process listen there, and forgets about it with that process.
function listensAt(address: string): Promise<boolean> {
  const server = createServer().unref()
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(6379, address, () => resolve(true))
  })
}
