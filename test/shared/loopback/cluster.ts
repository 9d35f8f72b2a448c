import { eventually } from '../../runner/deadline.ts'
import { all, type Loopback } from './loopback.ts'
import { toItsEnd } from './upgrade.ts'

/** Runs the release's own test until it passes: all slots served, all nodes agree, every shard takes a write. */
export function untilWhole(release: Loopback, deadline = 25_000): Promise<true> {
  return eventually('a whole cluster', { deadline, every: 300 }, async (see) => {
    // The test starts a hundred programs, so the servers are asked first.
    const states = await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'CLUSTER', 'INFO')))
    see(states.map((state) => state.split('\n')[0]).join(', '))
    if (!states.every((state) => state.includes('cluster_state:ok'))) return undefined
    const { code, stdout, stderr } = await release.script('helm-test.sh')
    see(stdout.trimEnd().split('\n').at(-1) + stderr)
    return code === 0 || undefined
  })
}

/** Starts a release with its keepers, creates the cluster, and writes keys to it. */
export async function createWithKeys(release: Loopback, ordinals: number[]): Promise<void> {
  await release.start(...ordinals)
  await release.keep(...ordinals)
  await toItsEnd(release, 'reconcile.sh')
  for (let key = 0; key < 30; key++) await setAnywhere(release, ordinals, `key:${key}`)
}

async function setAnywhere(release: Loopback, ordinals: number[], key: string): Promise<void> {
  for (const ordinal of ordinals) if ((await release.ask(ordinal, 'SET', key, key)) === 'OK') return
  throw new Error(`no node took ${key}`)
}

/**
 * The lines of CLUSTER NODES of a pod, once it shakes no hands: a plan and a keeper let nodes that know each other meet again, and
 * until the other answers, it stands there twice. It fails if that lasts 10 s.
 */
export const nodesKnown = (release: Loopback, ordinal: number): Promise<string[]> =>
  eventually(`pod ${ordinal} to shake no hands`, { deadline: 10_000 }, async (see) => {
    const nodes = await release.ask(ordinal, 'CLUSTER', 'NODES')
    see(nodes)
    return nodes.includes('handshake') ? undefined : nodes.split('\n')
  })

/** A key of a master's slots. */
export async function keyOf(release: Loopback, master: number): Promise<string> {
  for (let n = 0; n < 100; n++)
    if ((await release.ask(master, 'SET', `probe:${n}`, 'before')) === 'OK') return `probe:${n}`
  throw new Error(`pod ${master} takes no key`)
}

/** The number of keys on the masters. */
export async function countKeys(release: Loopback, ordinals: number[]): Promise<number> {
  const sizes = await Promise.all(
    ordinals.map(async (ordinal) => {
      if (!(await release.ask(ordinal, 'ROLE')).startsWith('master')) return 0
      // Without what the release's own test leaves for a minute.
      const found = await release.ask(ordinal, 'KEYS', 'key:*')
      return found ? found.split('\n').length : 0
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

type Shard = [master: number, replica: number, ...more: number[]]

/** The ordinals of a master and of its replicas. */
export async function aShard(release: Loopback): Promise<Shard> {
  const [first] = await shardsOf(release)
  if (!first) throw new Error('no replica')
  return first
}

/** The ordinals of each master that has replicas, and of those. */
export async function shardsOf(release: Loopback): Promise<Shard[]> {
  const masters = new Map<number, number[]>()
  for (const ordinal of all(release)) {
    const [role, host] = (await release.ask(ordinal, 'ROLE')).split('\n')
    const master = all(release).find((one) => release.address(one) === host)
    if (role === 'slave' && master !== undefined)
      masters.set(master, [...(masters.get(master) ?? []), ordinal])
  }
  return [...masters].flatMap(([master, [replica, ...more]]) =>
    replica === undefined ? [] : [[master, replica, ...more]],
  )
}

/** Which of these pods are masters, as they say. */
export async function mastersOf(release: Loopback, ordinals = all(release)): Promise<number[]> {
  const roles = await Promise.all(ordinals.map((ordinal) => release.ask(ordinal, 'ROLE')))
  return ordinals.filter((_, i) => roles[i]?.startsWith('master'))
}

/** Waits until a pod's log has a text. */
export function untilLogged(
  release: Loopback,
  ordinal: number,
  text: string | RegExp,
  deadline = 15_000,
): Promise<true> {
  return eventually(`pod ${ordinal} to log ${text}`, { deadline, every: 50 }, async (see) => {
    const log = await release.log(ordinal)
    see(log)
    return (typeof text === 'string' ? log.includes(text) : text.test(log)) || undefined
  })
}
