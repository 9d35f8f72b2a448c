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

const id = (ordinal: number) => `${'abcdefghijklmnopqrstuvwxyz'[ordinal % 26]}${ordinal}`
const address = (ordinal: number) => `10.0.0.${ordinal + 1}`

/** An observation of nodes that all know each other when `met`, else only themselves, in the words of observe.sh. */
export function observation(nodes: Node[], met: boolean): string {
  const lines: string[] = []
  for (const viewer of nodes) {
    const { ordinal, node = 'n1', zone = '', keys = 0, state = 'ok', link, master } = viewer
    if (viewer.up === false) {
      lines.push(`pod ${ordinal} down -`)
      continue
    }
    const inSync = link ?? (master === undefined ? '-' : 'up')
    lines.push(
      `pod ${ordinal} up ${address(ordinal)} ${id(ordinal)} node=${node} zone=${zone} release=test/r revision=r1 version=7.0.15 state=${state} link=${inSync} keys=${keys}`,
    )
    for (const seen of met ? nodes : [viewer]) lines.push(view(viewer, seen))
  }
  return `${lines.join('\n')}\n`
}

function view(viewer: Node, seen: Node): string {
  const role = seen.master === undefined ? 'master' : 'slave'
  const flags = viewer.ordinal === seen.ordinal ? `myself,${role}` : seen.up === false ? `${role},fail` : role
  const master = seen.master === undefined ? '-' : id(seen.master)
  const link = seen.up === false ? 'disconnected' : 'connected'
  return `view ${id(viewer.ordinal)} ${id(seen.ordinal)} ${address(seen.ordinal)} ${flags} ${master} ${seen.epoch ?? 0} ${link} ${seen.slots ?? '-'} -`
}

/** The ordinal of a node's id. */
export const ordinalOf = (node: string) => Number(node.slice(1))
