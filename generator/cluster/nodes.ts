/** One node as another sees it: a line of CLUSTER NODES. */
export interface SeenNode {
  id: string
  address: string
  flags: string[]
  /** The id of its master, when it is a replica. */
  master: string | undefined
  epoch: number
  connected: boolean
  slots: [first: number, last: number][]
  /** Slots on the move, as `[93-<-id]` says. */
  open: string[]
}

/** Reads the answer to CLUSTER NODES. */
export function parseClusterNodes(text: string): SeenNode[] {
  const lines = text.split('\n').filter((line) => line.includes(' '))
  return lines.map((line) => {
    const [id = '', address = '', flags = '', master = '-', , , epoch = '0', link = '', ...slots] = line
      .trim()
      .split(' ')
    return {
      id,
      address: address.replace(/:.*/, ''),
      flags: flags.split(','),
      master: master === '-' ? undefined : master,
      epoch: Number(epoch),
      connected: link === 'connected' || flags.includes('myself'),
      slots: slots.filter((slot) => !slot.startsWith('[')).map(range),
      open: slots.filter((slot) => slot.startsWith('[')),
    }
  })
}

function range(text: string): [number, number] {
  const [first = 0, last = first] = text.split('-').map(Number)
  return [first, last]
}

/** Reads the answer to INFO, or CLUSTER INFO. */
export function parseInfo(text: string): Record<string, string> {
  const pairs = text.split('\n').filter((line) => /^[^#].*:/.test(line))
  return Object.fromEntries(
    pairs.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}
