import type { SeenNode } from './nodes.ts'

/** What one pod says. */
export interface View {
  pod: string
  /** The Kubernetes node it runs on. */
  place: string
  nodes: SeenNode[]
  /** INFO replication. */
  replication: Record<string, string>
}

/** A server, and where it is. */
export interface Member {
  id: string
  pod: string
  place: string
  address: string
}

/** The owner of some slots, and its copies. */
export interface Shard {
  master: Member
  replicas: Member[]
  slots: [first: number, last: number][]
}

const SLOTS = 16384

/** Why the cluster is not whole, in a sentence, or nothing when it is: every node agrees, owns and follows as it should. */
export function whyNotWhole(views: View[], expected: number): string | undefined {
  if (views.length !== expected) return `${views.length} of ${expected} pods answer`
  const maps = new Map<string, string>()
  for (const { pod, nodes, replication } of views) {
    if (nodes.length !== expected) return `${pod} knows ${nodes.length} of ${expected} nodes`
    const odd = nodes.find(({ flags }) => flags.some((flag) => /^(fail\??|handshake|noaddr)$/.test(flag)))
    if (odd) return `${pod} sees ${odd.id.slice(0, 8)} as ${odd.flags}`
    const apart = nodes.find(({ connected }) => !connected)
    if (apart) return `${pod} has no link to ${apart.id.slice(0, 8)}`
    const idle = nodes.find(({ slots, master }) => slots.length === 0 && !master)
    if (idle) return `${pod} sees ${idle.id.slice(0, 8)} with neither slots nor a master`
    const open = nodes.flatMap((node) => node.open)
    if (open.length > 0) return `${pod} has open slots: ${open}`
    const covered = nodes
      .flatMap(({ slots }) => slots)
      .reduce((sum, [first, last]) => sum + last - first + 1, 0)
    if (covered !== SLOTS) return `${pod} sees ${covered} of ${SLOTS} slots covered`
    if (replication.role === 'slave' && replication.master_link_status !== 'up')
      return `${pod} is not in sync`
    maps.set(ownerMap(nodes), pod)
  }
  if (maps.size > 1) return `${[...maps.values()].join(' and ')} disagree on who owns what`
  return undefined
}

/** Who owns and who follows, without what each node alone knows. */
function ownerMap(nodes: SeenNode[]): string {
  const lines = nodes.map(
    ({ id, address, master, slots }) => `${id} ${address} ${master ?? '-'} ${slots.join(' ')}`,
  )
  return lines.sort().join('\n')
}

/** The shards of a whole cluster, by their first slot. */
export function shardsOf(views: View[]): Shard[] {
  const members = new Map(views.map((view) => [myself(view).id, member(view)]))
  const [{ nodes } = { nodes: [] as SeenNode[] }] = views
  const shards = nodes
    .filter(({ slots }) => slots.length > 0)
    .map(({ id, slots }) => ({
      master: must(members, id),
      replicas: nodes.filter(({ master }) => master === id).map((replica) => must(members, replica.id)),
      slots,
    }))
  return shards.sort((a, b) => (a.slots[0]?.[0] ?? 0) - (b.slots[0]?.[0] ?? 0))
}

const member = (view: View): Member => {
  const { id, address } = myself(view)
  return { id, address, pod: view.pod, place: view.place }
}

function myself({ pod, nodes }: View): SeenNode {
  const found = nodes.find(({ flags }) => flags.includes('myself'))
  if (!found) throw new Error(`${pod} does not know itself`)
  return found
}

function must(members: Map<string, Member>, id: string): Member {
  const found = members.get(id)
  if (!found) throw new Error(`no pod has the id ${id}`)
  return found
}
