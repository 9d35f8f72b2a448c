import type { Shard } from '../../generator/cluster/whole.ts'
import { runScript } from '../kube/engine.ts'
import type { Place } from '../kube/exec.ts'
import { eventually } from '../runner/deadline.ts'
import { tagsIn } from './load/slots.ts'

/**
 * Waits until one of these servers takes a write to the shard of these slots, for so many milliseconds, and returns when: in
 * milliseconds since 1970. Each is asked in its own pod: a client would first wait for the address that it knew.
 */
export function untilWritten(servers: Place[], slots: Shard['slots'], deadline: number): Promise<number> {
  const [tag] = tagsIn(slots, 1)
  return eventually('the shard to take a write', { deadline, every: 100 }, async (see) => {
    const writes = servers.map(async (place) => {
      const answer = await runScript(place, '"$cli" SET "$1" written', [`{${tag}}`])
      if (answer !== 'OK') throw new Error(answer)
    })
    try {
      await Promise.any(writes)
      return Date.now()
    } catch (refusals) {
      see((refusals as AggregateError).errors.join(', '))
      return undefined
    }
  })
}
