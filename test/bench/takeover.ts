import { parseClusterNodes } from '../harness/cluster-nodes.ts'
import { must } from '../harness/command.ts'
import { eventually, pause } from '../harness/deadline.ts'
import { runScript } from '../harness/engine.ts'
import type { Place } from '../harness/exec.ts'
import { core } from '../harness/kubernetes.ts'
import { startLoad } from '../harness/load.ts'
import type { LoadReport } from '../load/client.ts'
import { tagsIn } from '../load/slots.ts'
import type { Side, Subject } from './sides.ts'

/** A master's pod deleted by force under load. */
export interface Takeover {
  side: Side
  /** Milliseconds since 1970. */
  deletedAt: number
  /** Until a server took a write to the shard, asked in its own pod. */
  seconds: number
  report: LoadReport
}

/** How long the load goes on after the shard takes writes, in milliseconds: a client may wait ten seconds for a lost address. */
const AFTER = 15_000

/** Deletes a master's pod by force while clients write to every shard, so that nothing is handed over. */
export async function loseMaster(subject: Subject): Promise<Takeover> {
  const { side, namespace } = subject
  const servers = await serversOf(subject)
  const { pod, key } = await aMaster(servers)
  const load = await startLoad(subject)
  await pause(2000)
  const deletedAt = Date.now()
  await must('kubectl', ['--namespace', namespace, 'delete', 'pod', pod, '--force', '--grace-period=0'])
  const seconds = ((await untilWritten(servers, key)) - deletedAt) / 1000
  await pause(AFTER)
  return { side, deletedAt, seconds, report: await load.stop() }
}

async function serversOf({ namespace, selector, first }: Subject): Promise<Place[]> {
  const { items } = await core().listNamespacedPod({ namespace, labelSelector: selector })
  return items.map(({ metadata }) => ({ ...first, pod: metadata?.name ?? '' }))
}

/** A pod whose server is a master, and a key of that server's shard. */
async function aMaster(servers: Place[]): Promise<{ pod: string; key: string }> {
  for (const place of servers) {
    const nodes = parseClusterNodes(await runScript(place, '"$cli" CLUSTER NODES'))
    const own = nodes.find(({ flags }) => flags.includes('myself'))
    const [tag] = tagsIn(own?.slots ?? [], 1)
    if (tag) return { pod: place.pod, key: `{${tag}}` }
  }
  throw new Error(`none of ${servers.length} servers has slots`)
}

/** Waits until any of the servers takes a write to a key, and returns when, in milliseconds since 1970. */
const untilWritten = (servers: Place[], key: string): Promise<number> =>
  eventually(`a server to write ${key}`, { deadline: 60_000, every: 100 }, async (see) => {
    const answers = servers.map((place) => runScript(place, '"$cli" SET "$1" written', [key], 5000))
    const settled = await Promise.allSettled(answers)
    const said = settled.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))
    see(said.join('; '))
    return said.includes('OK') ? Date.now() : undefined
  })
