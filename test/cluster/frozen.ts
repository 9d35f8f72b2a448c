import type { Shard } from '../../generator/cluster/whole.ts'
import { runScript } from '../kube/engine.ts'
import type { Release } from '../kube/helm.ts'
import { pause } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { waitUntilWhole } from './cluster.ts'
import type { LoadReport } from './load/client.ts'
import { tagsIn } from './load/slots.ts'
import { startLoad } from './load/start.ts'
import { serverProcess, signalServer } from './processes-in-nodes.ts'
import { type Takeover, takeovers } from './takeovers.ts'

/** What became of a shard whose master stood still. Times are milliseconds since 1970. */
export interface Frozen {
  frozenAt: number
  wakingAt: number
  wokenAt: number
  /** What its shard and the other shards have seen of elections since then. */
  took: Takeover[]
  otherTakeovers: Takeover[][]
  /** What clients saw, and one that takes a write for acknowledged only when a replica has it too. */
  plain: LoadReport
  confirmed: LoadReport
  /** What the master said in its first second to writers that had come while it stood still. */
  first: string[]
}

const WRITERS = 20

/**
 * Stops a master's process for so many seconds, under load, wakes it, and waits until the cluster is whole. When it
 * wakes up, writers have been waiting for it that know nothing of a new master.
 */
export async function freeze(of: Release, scope: Scope, seconds: number): Promise<Frozen> {
  const [shard, ...others] = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  if (!shard) throw new Error('a cluster without shards')
  const [plain, confirmed] = await Promise.all([startLoad(of), startLoad(of, { mode: 'wait' })])
  const server = await serverProcess(of, shard.master)
  const wake = () => signalServer(server, 'CONT')
  const writers = waitingWriters(of, shard, seconds)
  await pause(2000)
  const frozenAt = Date.now()
  await signalServer(server, 'STOP')
  scope.defer(() => wake().catch(() => {}))
  await pause(seconds * 1000)
  const wakingAt = Date.now()
  await wake()
  const wokenAt = Date.now()
  const first = await writers
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const reports = await Promise.all([plain.stop(), confirmed.stop()])
  return {
    frozenAt,
    wakingAt,
    wokenAt,
    took: (await takeovers(of, [shard], frozenAt)).flat(),
    otherTakeovers: await takeovers(of, others, frozenAt),
    plain: reports[0],
    confirmed: reports[1],
    first,
  }
}

/**
 * Clients that connect to a master now and write while it stands still, from beside its replica; returns the answers: OK, or
 * MOVED. To clients that connect only then it says nothing else than MOVED.
 */
async function waitingWriters(
  of: Release,
  { master, replicas, slots }: Shard,
  seconds: number,
): Promise<string[]> {
  const [tag] = tagsIn(slots, 1)
  const pod = replicas[0]?.pod ?? ''
  const script = `
    writer=0
    while [ "$writer" -lt ${WRITERS} ]; do
      writer=$((writer + 1))
      { sleep ${seconds}; echo "SET {${tag}}$writer stale"; } | "$cli" -h ${master.address} &
    done
    wait`
  const place = { namespace: of.namespace, pod, container: 'server' }
  const said = await runScript(place, script, [], (seconds + 20) * 1000)
  return said.split('\n').map((answer) => answer.replace(/ .*/, ''))
}
