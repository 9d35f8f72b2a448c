// depends on: protocol answers
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import {
  aShard,
  createWithKeys,
  mastersOf,
  nodesKnown,
  shardsOf,
  untilLogged,
  untilWhole,
} from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { size, toItsEnd } from '../shared/loopback/upgrade.ts'
import { hold, ORDINARY, PREFLIGHT, says } from './holding.ts'
import { startWriter } from './writer.ts'

const test = suite('a scheduled run', { timeout: 90_000 })

const NODES = ['n1', 'n2', 'n3']
const nodeOf = (ordinal: number) => NODES[ordinal % NODES.length] ?? ''
const GAP = 500

/** Runs reconcile.sh as the CronJob does, to its end; returns the lines that it said. */
const scheduled = async (release: Loopback, env: NodeJS.ProcessEnv = {}): Promise<string[]> =>
  (await toItsEnd(release, 'reconcile.sh', { SCHEDULED: 'yes', ...env })).trimEnd().split('\n')

/** The id of a pod's node. */
const idOf = (release: Loopback, ordinal: number) => release.ask(ordinal, 'CLUSTER', 'MYID')

/** Each replica with its master. */
const pairs = async (release: Loopback): Promise<[replica: number, master: number][]> =>
  (await shardsOf(release)).flatMap(([master, ...replicas]) =>
    replicas.map((replica): [number, number] => [replica, master]),
  )

/** Has replicas take over until two of three masters are on one Kubernetes node, as failovers may leave them. */
async function pileUp(release: Loopback): Promise<void> {
  const [first] = await mastersOf(release)
  for (const [replica, master] of await pairs(release)) {
    if (nodeOf(replica) !== nodeOf(first ?? 0) || master === first) continue
    assert.is(await release.ask(replica, 'CLUSTER', 'FAILOVER'), 'OK')
    await eventually(`pod ${replica} to be a master`, { deadline: 10_000, every: 50 }, async () =>
      (await release.ask(replica, 'ROLE')).startsWith('master') ? true : undefined,
    )
  }
  await untilWhole(release)
  assert.ok((await most(release)) > 1)
}

/** How many masters the Kubernetes node has that has most. */
async function most(release: Loopback): Promise<number> {
  const places = (await mastersOf(release)).map(nodeOf)
  return Math.max(...NODES.map((node) => places.filter((one) => one === node).length))
}

/** What all pods say of the cluster, but for times and connections that come and go; the epochs are in it. */
async function told(release: Loopback): Promise<string[]> {
  const lines: string[] = []
  for (const ordinal of all(release)) {
    const nodes = (await nodesKnown(release, ordinal)).map((line) => {
      const [id, address, flags, master, , , epoch, , ...slots] = line.split(' ')
      return [id, address, flags, master, epoch, ...slots].join(' ')
    })
    const info = await release.ask(ordinal, 'CLUSTER', 'INFO')
    lines.push(...nodes.sort(), info.match(/cluster_current_epoch:\d+/)?.[0] ?? info)
  }
  return lines
}

/** Runs it where it must say why it does nothing, in one line; returns what is then told of the cluster. */
async function leavesSaying(release: Loopback, why: RegExp, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const log = await scheduled(release, env)
  assert.is(log.length, 1, log.join('\n'))
  assert.match(log[0] ?? '', why)
  return told(release)
}

test.proves({
  topic: 'Loss and recovery',
  promise:
    'With a schedule, masters that failovers piled up on one Kubernetes node come back to their places unasked',
  bound: `no write waits longer than ${GAP} ms`,
})
test('masters piled up on one Kubernetes node come back to their places, and no write waits for long', async (_, scope) => {
  const release = await prepare(scope, { password: 'p' })
  await createWithKeys(release, all(release))
  await pileUp(release)
  const writer = await startWriter(release, 'p', scope)
  const log = await scheduled(release)
  const { acknowledged, lost, gap } = await writer.stop()
  assert.is(await most(release), 1, log.join('\n'))
  assert.ok(acknowledged > 0)
  assert.equal(lost, [])
  assert.ok(gap <= GAP, `no write for ${gap} ms`)
  await untilWhole(release)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'With a schedule, a replica leaves its master’s Kubernetes node unasked',
})
test('a replica beside its master changes places with another', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [[a, masterOfA] = [0, 0], ...others] = await pairs(release)
  const [b, masterOfB] = others.find(([, master]) => nodeOf(master) === nodeOf(a)) ?? [0, 0]
  await release.ask(a, 'CLUSTER', 'REPLICATE', await idOf(release, masterOfB))
  await release.ask(b, 'CLUSTER', 'REPLICATE', await idOf(release, masterOfA))
  await untilWhole(release)
  const beside = async () => (await pairs(release)).filter(([one, other]) => nodeOf(one) === nodeOf(other))
  assert.is.not((await beside()).length, 0)
  const [whole, ...more] = await scheduled(release, { WRITES: 'replicated' })
  assert.match(
    whole ?? '',
    / done .* of them on its master's Kubernetes node/,
    'a master without it takes no writes',
  )
  assert.equal(more, [])
  const log = await scheduled(release)
  assert.equal(await beside(), [], log.join('\n'))
  await untilWhole(release)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'With a schedule, nodes that are gone for good are forgotten unasked',
})
test('a node that lost its volume, and joined as another, is forgotten', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [, replica] = await aShard(release)
  await release.kill(replica)
  await rm(release.data(replica), { recursive: true })
  await release.start(replica)
  await release.keep(replica)
  await untilLogged(release, replica, /join +becomes a replica of [0-9a-f]{40}: OK/, 30_000)
  await eventually('the old node to be forgotten', { deadline: 40_000, every: 500 }, async (see) => {
    const log = await scheduled(release)
    see(log.join('\n'))
    return log.some((line) => line.includes('forget node')) || undefined
  })
  for (const ordinal of all(release))
    assert.is((await nodesKnown(release, ordinal)).length, 6, `what pod ${ordinal} knows`)
  await untilWhole(release)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Runs of a schedule change nothing in a healthy cluster',
})
test('ten runs on a healthy cluster change nothing, and each says one line', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const before = await told(release)
  for (let run = 0; run < 10; run++) {
    const log = await scheduled(release)
    assert.is(log.length, 1, log.join('\n'))
    assert.match(log[0] ?? '', / done +6 nodes agree/)
  }
  assert.equal(await told(release), before)
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'A run of a schedule does nothing while the release, a Job or a person is at work on the cluster',
})
test('whatever is at work ends a run with one line, and nothing is changed', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  await pileUp(release)
  const before = await told(release)
  const leaves = async (why: RegExp, env: NodeJS.ProcessEnv = {}) =>
    assert.equal(await leavesSaying(release, why, env), before)
  const topology = (key: string, value: string) => writeFile(join(release.folder, 'topology', key), value)

  await leaves(
    /started for another shards \(4\) than the release has now \(3\): nothing is changed/,
    size(4, 1),
  )
  await leaves(/started for another replicas \(2\)/, size(3, 2))
  await leaves(/started for another image \(image:2\)/, { IMAGE: 'image:2' })
  await leaves(/started for another revision \(r2\)/, { REVISION: 'r2' })
  await leaves(/started for another shards \(3\) than the release has now \(\)/, { TOPOLOGY: '/nowhere' })
  await leaves(/the Service r has no address/, { CLIENT_SERVICE: 'r' })

  await topology('revision', 'r2')
  await leaves(/not restarted yet with what this upgrade changes: pod 0, 1/, { REVISION: 'r2' })
  await topology('revision', 'r1')

  await topology('maintenance', 'true')
  await leaves(/keeper.maintenance is on/)
  await topology('maintenance', 'false')

  for (const [script, why] of [
    [ORDINARY, /topology-reconcile-\S+ is at work/],
    [PREFLIGHT, /topology-preflight-\S+ is at work on a newer change/],
  ] as const) {
    const holder = await hold(release, script)
    await says(holder, 'is held')
    await leaves(why)
    await holder.killAll()
    await eventually('its connection to be gone', { deadline: 5000, every: 50 }, async (see) => {
      const clients = await release.ask(0, 'CLIENT', 'LIST')
      see(clients)
      return !clients.includes('name=topology-') || undefined
    })
  }

  const [from = 0, to = 0] = await mastersOf(release)
  const slot = (await release.ask(from, 'CLUSTER', 'NODES')).match(/myself.* (\d+)-\d+/)?.[1] ?? ''
  assert.is(await release.ask(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(release, to)), 'OK')
  const open = await told(release)
  assert.equal(await leavesSaying(release, /slots are on their way from or to pod/), open)
  assert.is(await release.ask(from, 'CLUSTER', 'SETSLOT', slot, 'STABLE'), 'OK')

  const moved = await scheduled(release)
  assert.is(await most(release), 1, moved.join('\n'))
})

test('while a pod is away, a run ends with one line', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const [, replica] = await aShard(release)
  await release.kill(replica)
  await leavesSaying(release, new RegExp(` leave +no answer yet from pod ${replica}: nothing is changed`))
})

test.run()
