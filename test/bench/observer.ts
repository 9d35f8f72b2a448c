import { parseClusterNodes, parseInfo } from '../harness/cluster-nodes.ts'
import { eventually } from '../harness/deadline.ts'
import { runScript } from '../harness/engine.ts'
import type { Place } from '../harness/exec.ts'
import { shardsOf, type View, whyNotWhole } from '../harness/whole.ts'
import type { Moment } from './notes.ts'

// One exec a look, through one node, because an exec for each node would slow down what is measured.
const ASK_EVERY_NODE = `
  for address in $("$cli" CLUSTER NODES | sed 's/^[^ ]* \\([0-9.]*\\):.*/\\1/'); do
    echo "node $address"
    printf 'CLUSTER NODES\\nINFO replication\\n' | "$cli" -h "$address"
  done`

/** What every node says that the one at `first` knows. */
async function lookFrom(first: Place): Promise<View[]> {
  const said = await runScript(first, ASK_EVERY_NODE)
  return said
    .split(/^node (?=\d)/m)
    .slice(1)
    .map((text) => {
      const [nodes = '', replication = ''] = text.split('# Replication')
      const [address = ''] = nodes.split('\n')
      return {
        pod: address,
        place: '',
        nodes: parseClusterNodes(nodes.slice(address.length)),
        replication: parseInfo(replication),
      }
    })
}

/** The end of a creation, and the way there. */
export interface Observed {
  /** When the answer had come that says so. */
  at: number
  /** What was still amiss, and since when. */
  before: Moment[]
}

/**
 * Waits until as many nodes agree on an owner for each of the 16384 slots, and every shard's one replica is in sync. Asks
 * them through the one at `first`, which need not be there yet.
 */
export function untilWhole(
  first: Place,
  { nodes, deadline }: { nodes: number; deadline: number },
): Promise<Observed> {
  const before: Moment[] = []
  const what = `${nodes} nodes in ${first.namespace} to be a whole cluster`
  return eventually(what, { deadline, every: 500 }, async (see) => {
    const views = await lookFrom(first).catch((error: Error) => error.message)
    const amiss = typeof views === 'string' ? views : whyNotWhole(views, nodes) || whyNotEven(views)
    if (!amiss) return { at: Date.now(), before }
    see(amiss)
    if (before.at(-1)?.line !== amiss) before.push({ at: Date.now(), line: amiss })
    return undefined
  })
}

function whyNotEven(views: View[]): string | undefined {
  const odd = shardsOf(views).find(({ replicas }) => replicas.length !== 1)
  return odd && `${odd.primary.address} has ${odd.replicas.length} replicas`
}
