import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { parseClusterNodes, parseInfo } from '../../generator/cluster/nodes.ts'
import { whyNotWhole } from '../../generator/cluster/whole.ts'
import { must } from '../runner/command.ts'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { enginePrograms } from '../shared/loopback/programs.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'

const PASSWORD = 'many'

/** Lets releases keep their data in memory, where the machine has a folder for that: two hundred logs are not to be measured. */
export function onMemory(): void {
  if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm'
}

/** A release of so many running servers, half of them replicas to be, with the engine's own node timeout. */
export async function made(scope: Scope, nodes: number): Promise<Loopback> {
  const conf = 'cluster-node-timeout 15000\n'
  const wish = { shards: nodes / 2, conf, password: PASSWORD, nodes: places(nodes) }
  // Servers that start without a topology ask no peers: two hundred that each ask all would take minutes on one machine.
  const release = await prepare(scope, { ...wish, podEnv: { TOPOLOGY: '/nowhere' } })
  await startAll(release, all(release))
  return release
}

const places = (nodes: number) => Array.from({ length: Math.min(nodes / 2, 10) }, (_, node) => `n${node}`)

/** Starts pods, not all at once. */
export async function startAll(release: Loopback, ordinals: number[]): Promise<void> {
  const left = [...ordinals]
  while (left.length > 0) await release.start(...left.splice(0, 8))
}

/** Seconds until reconcile.sh has made a cluster and says that all agree, which is seen to be so. */
export async function byJob(release: Loopback): Promise<number> {
  const began = performance.now()
  await toItsEnd(release, 'reconcile.sh', { DEADLINE_SECONDS: '200' })
  const seconds = (performance.now() - began) / 1000
  await untilAgreed(release, release.size, 2)
  return seconds
}

/** Seconds until all agree on the cluster that the engine's client makes. */
export async function byClient(release: Loopback): Promise<number> {
  const [, cli] = await enginePrograms()
  const addresses = all(release).map((ordinal) => `${release.address(ordinal)}:6379`)
  const env = { ...process.env, REDISCLI_AUTH: PASSWORD, VALKEYCLI_AUTH: PASSWORD }
  const began = performance.now()
  await must(cli, ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'], {
    env,
    deadline: 200_000,
  })
  await untilAgreed(release, release.size, 200)
  return (performance.now() - began) / 1000
}

/** Waits until all nodes agree and all replicas are in sync. */
export async function untilAgreed(release: Loopback, nodes: number, seconds: number): Promise<void> {
  const clients = Array.from(
    { length: nodes },
    (_, ordinal) => new Redis({ host: release.address(ordinal), password: PASSWORD }),
  )
  try {
    await eventually(`${nodes} nodes to agree`, { deadline: seconds * 1000, every: 250 }, async (see) => {
      const views = await Promise.all(clients.map(view))
      const why = whyNotWhole(views, nodes)
      see(`${why}`)
      return why === undefined || undefined
    })
  } finally {
    for (const client of clients) client.disconnect()
  }
}

async function view(client: Redis, ordinal: number) {
  const [nodes, replication] = await Promise.all([client.cluster('NODES'), client.info('replication')])
  return {
    pod: `${ordinal}`,
    place: '',
    nodes: parseClusterNodes(`${nodes}`),
    replication: parseInfo(replication),
  }
}

/** Seconds for one observation and for one plan made of it, by the scripts of the release. */
export async function look(release: Loopback): Promise<{ observe: number; plan: number }> {
  const work = { WORK: release.folder }
  await writeFile(
    join(release.folder, 'pod', 'observation.sh'),
    sourcing(['at-once.sh', 'observe.sh'], `observe ${release.size} >"$WORK/observed"`),
  )
  await writeFile(
    join(release.folder, 'pod', 'planned.sh'),
    sourcing(['at-once.sh', 'observe.sh', 'plan.sh'], 'plan; cat "$PLAN"'),
  )
  const observed = await release.script('observation.sh', [], work)
  const planned = await release.script('planned.sh', [], work)
  if (!planned.stdout.startsWith('done')) throw new Error(`not done: ${planned.stdout}${planned.stderr}`)
  return { observe: observed.seconds, plan: planned.seconds }
}

const sourcing = (scripts: string[], command: string) =>
  `HERE=$(dirname "$0")\n${['lib.sh', ...scripts].map((script) => `. "$HERE/${script}"\n`).join('')}${command}\n`
