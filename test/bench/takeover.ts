import { parseClusterNodes, type SeenNode } from '../../generator/cluster/nodes.ts'
import type { LoadReport } from '../cluster/load/client.ts'
import { CONNECT_TIMEOUT, startLoad } from '../cluster/load/start.ts'
import { untilWritten } from '../cluster/written.ts'
import { runScript } from '../kube/engine.ts'
import type { Place } from '../kube/exec.ts'
import { must } from '../runner/command.ts'
import { pause } from '../runner/deadline.ts'
import { serversOf } from '../shared/by-hand/servers.ts'
import type { Side, Subject } from '../shared/by-hand/sides.ts'

/** A master's pod deleted by force under load. */
export interface Takeover {
  side: Side
  /** Milliseconds since 1970. */
  deletedAt: number
  /** Until a server took a write to the shard, asked in its own pod. */
  seconds: number
  report: LoadReport
}

/** How long the load goes on after the shard takes writes, in milliseconds: a client may first wait for a lost address. */
const AFTER = CONNECT_TIMEOUT + 5000

/** Deletes a master's pod by force while clients write to every shard, so that nothing is handed over. */
export async function loseMaster(subject: Subject): Promise<Takeover> {
  const { side, namespace } = subject
  const servers = await serversOf(subject)
  const { pod, slots } = await aMaster(servers)
  const load = await startLoad(subject)
  await pause(2000)
  const deletedAt = Date.now()
  await must('kubectl', ['--namespace', namespace, 'delete', 'pod', pod, '--force', '--grace-period=0'])
  const seconds = ((await untilWritten(servers, slots, 60_000)) - deletedAt) / 1000
  await pause(AFTER)
  return { side, deletedAt, seconds, report: await load.stop() }
}

/** A pod whose server is a master, and the slots of its shard. */
async function aMaster(servers: Place[]): Promise<{ pod: string; slots: SeenNode['slots'] }> {
  for (const place of servers) {
    const nodes = parseClusterNodes(await runScript(place, '"$cli" CLUSTER NODES'))
    const own = nodes.find(({ flags }) => flags.includes('myself'))
    if (own && own.slots.length > 0) return { pod: place.pod, slots: own.slots }
  }
  throw new Error(`none of ${servers.length} servers has slots`)
}
