import { type Node, told, written } from './observation.ts'
import { randomly } from './random.ts'

/** What is observed of a large cluster, and what is desired. */
export interface Situation {
  observed: string
  desired: string
}

/** Situations of a cluster of so many nodes, masters and as many replicas, by the words that follow its size. */
export function situations(nodes: number): Record<string, Situation> {
  const shards = nodes / 2
  const next = randomly(1)
  const agreeing = (heard?: Heard) => written(tell(whole(nodes), heard))
  const desired = `shards=${shards} replicas=1`
  return {
    'that agree': { observed: agreeing(), desired },
    'of which ten see others fail': { observed: agreeing(doubted(10)), desired },
    'of which each has heard of half': {
      observed: agreeing((says, viewer) => says.filter((_, seen) => seen === viewer || next(2) === 0)),
      desired,
    },
    'that know a hundred others, which are gone': {
      observed: agreeing((says) => [...says, ...GONE]),
      desired,
    },
    'that know nobody': { observed: written(told(empty(0, nodes), false)), desired },
    'of which half are new': {
      observed: written([...told(whole(shards), true), ...told(empty(shards, nodes), false)]),
      desired,
    },
    'of which half shall leave': {
      observed: agreeing(),
      desired: `shards=${shards / 2} replicas=1 drain=yes`,
    },
  }
}

/** What a viewer has heard of all that there is to say. */
type Heard = (says: string[], viewer: number) => string[]

const tell = (nodes: Node[], heard: Heard = (says) => says) =>
  told(nodes, true).map((one, viewer) => ({ ...one, says: heard(one.says, viewer) }))

const GONE = Array.from({ length: 100 }, (_, i) => `gone${i} slave,fail - disconnected -`)

/** Each of the first sees another one fail. */
const doubted =
  (count: number): Heard =>
  (says, viewer) =>
    says.map((text, seen) =>
      viewer < count && seen === says.length - 1 - viewer
        ? text.replace('slave', 'slave,fail?').replace('connected', 'disconnected')
        : text,
    )

const empty = (from: number, to: number): Node[] =>
  Array.from({ length: to - from }, (_, i) => ({ ordinal: from + i, node: `n${(from + i) % 20}` }))

/** Masters, then their replicas, none on its master's Kubernetes node. */
function whole(nodes: number): Node[] {
  const shards = nodes / 2
  const slot = (shard: number) => Math.floor((shard * 16384) / shards)
  return empty(0, nodes).map((node) => {
    const { ordinal } = node
    if (ordinal >= shards) return { ...node, master: (ordinal + 7) % shards }
    return { ...node, epoch: ordinal + 1, slots: `${slot(ordinal)}-${slot(ordinal + 1) - 1}` }
  })
}
