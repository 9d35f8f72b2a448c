/** A node as the planner is to see it; what is left out is as in a pod that has just started. */
export interface Node {
  ordinal: number
  node?: string
  zone?: string
  up?: boolean
  /** Ranges of slots, joined by commas. */
  slots?: string
  /** The ordinal of its master. */
  master?: number
  epoch?: number
  keys?: number
  link?: string
  state?: string
}

/** A pod's line in an observation, and of each node that it knows what it says: an id, flags, a master, a link and slots. */
export interface Told {
  pod: string
  /** None if the pod is down. */
  id?: string
  says: string[]
}

const id = (ordinal: number) => `${'abcdefghijklmnopqrstuvwxyz'[ordinal % 26]}${ordinal}`
const address = (ordinal: number) => `10.0.${ordinal >> 8}.${ordinal % 256}`

/** An observation in the words of observe.awk. */
export function written(pods: Told[]): string {
  const number = new Map<string, number>()
  const lines = pods.map(({ pod, id, says }) => {
    if (id === undefined) return pod
    for (const text of says) if (!number.has(text)) number.set(text, number.size + 1)
    return `${pod}\nview ${id} ${ranges(says.map((text) => number.get(text) ?? 0))}`
  })
  return [...lines, ...[...number].map(([text, n]) => `told ${n} ${text}`), ''].join('\n')
}

/** Numbers as the engine and the observation write them, as in 1-5,7; "-" stands for none. */
export function ranges(numbers: Iterable<number>): string {
  const sorted = [...numbers].sort((a, b) => a - b)
  const found: [number, number][] = []
  for (const number of sorted) {
    const last = found.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else found.push([number, number])
  }
  return found.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',') || '-'
}

/** What nodes tell that all know each other when `met`, else only themselves. */
export function told(nodes: Node[], met: boolean): Told[] {
  return nodes.map((viewer) => tell(viewer, met ? nodes : [viewer]))
}

/** An observation of such nodes. */
export const observation = (nodes: Node[], met: boolean) => written(told(nodes, met))

function tell(viewer: Node, known: Node[]): Told {
  const {
    ordinal,
    node = 'n1',
    zone = '',
    keys = 0,
    state = 'ok',
    link,
    master,
    epoch = 0,
    slots = '-',
  } = viewer
  if (viewer.up === false) return { pod: `pod ${ordinal} down -`, says: [] }
  const inSync = link ?? (master === undefined ? '-' : 'up')
  const own = `role=${roleOf(viewer)} master=${masterOf(viewer)} epoch=${epoch} slots=${slots} open=-`
  return {
    pod: `pod ${ordinal} up ${address(ordinal)} ${id(ordinal)} node=${node} zone=${zone} release=test/r revision=r1 version=7.0.15 state=${state} link=${inSync} ${own} keys=${keys}`,
    id: id(ordinal),
    says: known.map(say),
  }
}

const roleOf = ({ master }: Node) => (master === undefined ? 'master' : 'slave')
const masterOf = ({ master }: Node) => (master === undefined ? '-' : id(master))

function say(seen: Node): string {
  const [fail, link] = seen.up === false ? [',fail', 'disconnected'] : ['', 'connected']
  return `${id(seen.ordinal)} ${roleOf(seen)}${fail} ${masterOf(seen)} ${link} ${seen.slots ?? '-'}`
}

/** The ordinal of a node's id. */
export const ordinalOf = (node: string) => Number(node.slice(1))
