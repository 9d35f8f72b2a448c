import type { Cluster, Redis } from 'ioredis'
import type { Store } from './lane.ts'

/**
 * How a client writes: as it comes (plain); or a write counts only if a replica has it too (wait); or it gives up on a silent
 * server soon (retrying).
 */
export type Mode = 'plain' | 'wait' | 'retrying'

/** How long a write waits for its replica, in milliseconds. */
const CONFIRMATION = 2000

/** An ordinary client as the store of a lane. */
export function storeOf(client: Redis | Cluster, mode: Mode = 'plain'): Store {
  return {
    range: (list, first, last) => client.lrange(list, first, last),
    async append(list, value) {
      if (mode === 'wait') return confirmed(client, list, value)
      await client.rpush(list, value)
      return true
    },
  }
}

/** WAIT counts for the writes of its own connection, so both commands go together, to the node that owns the list. */
async function confirmed(client: Redis | Cluster, list: string, value: string): Promise<boolean> {
  for (;;) {
    const answers = await client.pipeline().rpush(list, value).call('WAIT', '1', `${CONFIRMATION}`).exec()
    const [error] = answers?.[0] ?? [new Error('no answer')]
    if (!error) return Number(answers?.[1]?.[1]) >= 1
    // The client follows a redirection of one command, but not of a pipeline.
    if (!/^(MOVED|ASK|TRYAGAIN)/.test(error.message)) throw error
    await client.exists(list)
  }
}
