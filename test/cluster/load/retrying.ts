import { Redis } from 'ioredis'
import type { Store } from './lane.ts'

/** For how long an attempt may take to connect, or to be answered, in milliseconds. */
const ATTEMPT = 500

/**
 * A client that gives up soon and tries anew, as the store of a lane: it asks the Service, follows a redirection, and remembers
 * who took a list's last write. So its silence is the servers' own, where an ordinary client's also is its patience.
 */
export function retryingStore(host: string, password?: string): Store {
  const connections = new Map<string, Redis>()
  const owners = new Map<string, string>()

  const connect = (address: string): Redis => {
    const [name = '', port = '6379'] = address.split(/:(?=\d+$)/)
    const connection = new Redis({
      host: name,
      port: Number(port),
      ...(password && { password }),
      connectTimeout: ATTEMPT,
      commandTimeout: ATTEMPT,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    connections.set(
      address,
      connection.on('error', () => {}),
    )
    return connection
  }

  const forget = (address: string) => {
    connections.get(address)?.disconnect()
    connections.delete(address)
    for (const [list, owner] of owners) if (owner === address) owners.delete(list)
  }

  /** Asks whoever is thought to own a list, and then whoever that server names. */
  async function ask<T>(list: string, command: (connection: Redis) => Promise<T>): Promise<T> {
    let address = owners.get(list) ?? host
    for (let redirections = 0; ; redirections++) {
      try {
        const answer = await command(connections.get(address) ?? connect(address))
        owners.set(list, address)
        return answer
      } catch (error) {
        const to = /^MOVED \d+ (\S+:\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
        if (!to) forget(address)
        if (!to || redirections > 2) throw error
        address = to
      }
    }
  }

  return {
    range: (list, first, last) => ask(list, (connection) => connection.lrange(list, first, last)),
    append: async (list, value) => {
      await ask(list, (connection) => connection.rpush(list, value))
      return true
    },
  }
}
