import { parseClusterNodes, parseInfo } from '../../../generator/cluster/nodes.ts'
import { shardsOf, type View, whyNotWhole } from '../../../generator/cluster/whole.ts'
import { runScript } from '../../kube/engine.ts'
import type { Place } from '../../kube/exec.ts'
import { eventually } from '../../runner/deadline.ts'
import type { Moment } from './log.ts'

// One exec a look, through one node, because an exec for each node would slow down what is measured. Where nobody is at an
// address, nobody says so, and one is enough: to wait for the others as well would take a look of seconds.
const ASK_EVERY_NODE = `
  for address in $("$cli" CLUSTER NODES | sed 's/^[^ ]* \\([0-9.]*\\):.*/\\1/'); do
    echo "node $address"
    printf 'CLUSTER NODES\\nCLUSTER INFO\\nINFO replication\\nDBSIZE\\n' | timeout 1 "$cli" -h "$address" || break
  done`

// Milliseconds from one look to the next.
const EVERY = 500

/** What a node says of the cluster and of itself. */
interface Seen extends View {
  state: string
  keys: number
}

/** What every node says that the one at `first` knows. */
async function lookFrom(first: Place): Promise<Seen[]> {
  const said = await runScript(first, ASK_EVERY_NODE)
  return said
    .split(/^node (?=\d)/m)
    .slice(1)
    .map((text) => {
      const [nodes = '', rest = ''] = text.split(/^(?=cluster_state:)/m)
      const [address = ''] = nodes.split('\n')
      const facts = parseInfo(rest)
      return {
        pod: address,
        place: '',
        nodes: parseClusterNodes(nodes.slice(address.length)),
        replication: facts,
        state: facts.cluster_state ?? '',
        keys: Number(rest.match(/^\d+$/m)?.[0]),
      }
    })
}

/** A whole cluster, and the way there. */
export interface Observed {
  /** When the answer had come that says so. */
  at: number
  /** How much earlier it may have been so: what that look took, and the pause before it. Milliseconds. */
  late: number
  /** How many keys its masters held. */
  keys: number
  /** What was still amiss, and since when. */
  before: Moment[]
}

/** What is to be seen, and for how long to look. */
export interface Wanted {
  deadline: number
  /** How many keys the masters must hold. */
  keys?: number
}

/**
 * Waits until as many nodes agree on an owner for each of the 16384 slots, call the cluster's state ok, and every shard's
 * one replica is in sync. Asks them through the first, which need not be there yet.
 */
export function untilWhole(
  { first, nodes }: { first: Place; nodes: number },
  { deadline, keys }: Wanted,
): Promise<Observed> {
  const before: Moment[] = []
  const what = `${nodes} nodes in ${first.namespace} to be a whole cluster`
  return eventually(what, { deadline, every: EVERY }, async (see) => {
    const began = Date.now()
    const seen = await lookFrom(first).catch((error: Error) => error.message)
    const amiss = typeof seen === 'string' ? seen : whyNotYet(seen, nodes, keys)
    if (!amiss && typeof seen !== 'string')
      return { at: Date.now(), late: Date.now() - began + EVERY, keys: keysIn(seen), before }
    see(amiss ?? '')
    if (before.at(-1)?.line !== amiss) before.push({ at: Date.now(), line: amiss ?? '' })
    return undefined
  })
}

function whyNotYet(seen: Seen[], nodes: number, keys?: number): string | undefined {
  const failed = seen.find(({ state }) => state !== 'ok')
  if (failed)
    return `${failed.pod} ${failed.state ? `says cluster_state:${failed.state}` : 'does not answer'}`
  const there = keysIn(seen)
  const lost = keys !== undefined && there !== keys ? `${there} of ${keys} keys are there` : undefined
  return whyNotWhole(seen, nodes) ?? whyNotEven(seen) ?? lost
}

const keysIn = (seen: Seen[]) =>
  seen.filter(({ replication }) => replication.role === 'master').reduce((sum, { keys }) => sum + keys, 0)

function whyNotEven(views: View[]): string | undefined {
  const odd = shardsOf(views).find(({ replicas }) => replicas.length !== 1)
  return odd && `${odd.master.address} has ${odd.replicas.length} replicas`
}
