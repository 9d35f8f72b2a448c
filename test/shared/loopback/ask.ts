import { Redis } from 'ioredis'
import { within } from '../../runner/deadline.ts'

/** Milliseconds that a server has for its answer. */
const PATIENCE = 5000

/**
 * Asks a server, over a connection of its own, and returns the answer as the engine's client prints it: an item a line. An error
 * that the server states, or a server that refuses the connection, is an answer too; one that keeps silent is an error. Without
 * a process for each question: tests ask again and again, and a client's start costs as much as ten answers.
 */
export async function askServer(
  host: string,
  password: string,
  [name = '', ...args]: string[],
  username = 'default',
) {
  const server = new Redis({
    host,
    port: 6379,
    username,
    password,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // A password that is not the server's is told here, and not in the answer.
  let fault = ''
  server.on('error', (error: Error) => {
    fault = error.message
  })
  try {
    const answered = server.connect().then(() => server.call(name, ...args))
    return await within(
      PATIENCE,
      `${name} at ${host}`,
      answered.then(printed, (error: Error) => fault || error.message),
    )
  } finally {
    server.disconnect()
  }
}

const printed = (reply: unknown): string =>
  Array.isArray(reply) ? reply.map(printed).join('\n') : `${reply ?? ''}`.trim()
