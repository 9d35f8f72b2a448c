import { ranges, written } from '../../../shared/plan/observation.ts'

/** A pod of a simulated cluster: a node that the planner's steps work on, without an engine. */
export interface Sim {
  ordinal: number
  id: string
  node: string
  zone: string
  /** The id of its master. */
  master?: string | undefined
  knows: Set<string>
  slots: Set<number>
  /** A slot that a killed run left half moved. */
  open?: number | undefined
  /** Moves of slots that it carries on by itself. */
  moves?: number
}

const SLOTS = 16384
let made = 0

/** A pod that has just started. */
export function pod(ordinal: number, node: string, zone = ''): Sim {
  const id = `id${made++}`
  return { ordinal, id, node, zone, knows: new Set([id]), slots: new Set() }
}

const address = ({ ordinal }: Sim) => `10.0.${ordinal >> 8}.${ordinal % 256}`

/** What observe.sh would say of these pods. */
export function observed(pods: Sim[]): string {
  const known = new Map(pods.map((one) => [one.id, say(one)]))
  return written(pods.map((viewer) => ({ pod: podLine(viewer), id: viewer.id, says: heard(viewer, known) })))
}

function podLine(one: Sim): string {
  const open = one.open === undefined ? '-' : `[${one.open}->-x]`
  return (
    `pod ${one.ordinal} up ${address(one)} ${one.id} node=${one.node} zone=${one.zone} release=test/r revision=r1 version=7.0.15 ` +
    `state=ok link=${one.master ? 'up' : '-'} role=${roleOf(one)} master=${one.master ?? '-'} epoch=1 slots=${ranges(one.slots)} open=${open} ` +
    `used=2000000 data=1000000 allowed=0 policy=noeviction moves=${one.moves ?? 0} keys=${one.slots.size}`
  )
}

const roleOf = ({ master }: Sim) => (master ? 'slave' : 'master')
const say = (one: Sim) => `${one.id} ${roleOf(one)} ${one.master ?? '-'} connected ${ranges(one.slots)}`
const heard = (viewer: Sim, known: Map<string, string>) =>
  [...viewer.knows].map((id) => known.get(id) ?? `${id} slave,fail - disconnected -`)

/** Does what a step says, as an engine would, and throws where an engine would refuse. */
export function apply(step: string, pods: Sim[]): void {
  const [word, ...args] = step.split(' ')
  const find = (id = '') => {
    const found = pods.find((one) => one.id === id)
    if (!found) throw new Error(`${step}: no such node`)
    return found
  }
  const one = find(args[0])
  switch (word) {
    case 'epoch':
      return
    case 'assign':
      for (let slot = Number(args[1]); slot <= Number(args[2]); slot++) {
        if (pods.some(({ slots }) => slots.has(slot))) throw new Error(`${step}: slot ${slot} has an owner`)
        one.slots.add(slot)
      }
      return
    case 'meet':
      gossip([one, ...pods.filter((other) => address(other) === args[1])], pods)
      return
    case 'replicate': {
      const master = find(args[1])
      if (one.slots.size || master.master || !one.knows.has(master.id)) throw new Error(`${step}: refused`)
      one.master = master.id
      return
    }
    case 'reset':
      if (!one.master) throw new Error(`${step}: not a replica`)
      Object.assign(one, { master: undefined, knows: new Set([one.id]) })
      return
    case 'failover': {
      const old = find(one.master)
      const { slots } = one
      Object.assign(one, { master: undefined, slots: old.slots })
      Object.assign(old, { slots })
      for (const other of pods) if (other === old || other.master === old.id) other.master = one.id
      return
    }
    case 'cancel':
      one.moves = 0
      return
    case 'fix':
      if (pods.some(({ moves }) => moves)) throw new Error(`${step}: slots are moving`)
      one.open = undefined
      return
    case 'move':
      move(one, find(args[1]), Number(args[2]), step)
      return
    case 'forget':
      one.knows.delete(args[1] ?? '')
      return
    default:
      throw new Error(`${step}: no such step`)
  }
}

/** All that these know, all of them know from now on. */
function gossip(met: Sim[], pods: Sim[]): void {
  const all = new Set(met.flatMap(({ knows }) => [...knows]))
  for (const one of pods) if (all.has(one.id)) one.knows = new Set(all)
}

function move(from: Sim, to: Sim, count: number, step: string): void {
  if (from.moves || to.moves || from.slots.size < count || to.master || from.master)
    throw new Error(`${step}: refused`)
  for (const slot of [...from.slots].slice(0, count)) {
    from.slots.delete(slot)
    to.slots.add(slot)
  }
}

/** A whole cluster whose slots, masters and replicas lie about as they may after years of failovers and killed runs. */
export function grown(shards: number, places: [string, string][], next: (below: number) => number): Sim[] {
  const pods = places.map(([node, zone], ordinal) => pod(ordinal, node, zone))
  const shuffled = [...pods].sort((a, b) => (a.id + seed(next)).localeCompare(b.id + seed(next)))
  const masters = shuffled.slice(0, shards)
  for (let slot = 0; slot < SLOTS; slot++) masters[Math.floor((slot * shards) / SLOTS)]?.slots.add(slot)
  if (next(2)) apply(`move ${masters[0]?.id} ${masters[1]?.id} ${next(2700)}`, pods)
  if (next(4) === 0 && masters[2]) masters[2].open = 12000
  if (next(4) === 0 && masters[1]) masters[1].moves = 1
  shuffled.slice(shards).forEach((one, i) => {
    one.master = masters[next(3) ? i % shards : next(shards)]?.id
  })
  for (const one of pods) one.knows = new Set(pods.map(({ id }) => id))
  return pods
}

const seed = (next: (below: number) => number) => String(next(1000))
