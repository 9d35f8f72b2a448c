// depends on: protocol
import { access, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { freeze } from './frozen.ts'

const test = suite('a volume that is not as it was left', { timeout: 90_000 })

const nodesConf = (release: Loopback, ordinal: number) => join(release.data(ordinal), 'nodes.conf')

/** Creates a cluster whose volumes all have a kept copy of nodes.conf. */
async function created(release: Loopback): Promise<number> {
  await createWithKeys(release, all(release))
  for (const ordinal of all(release))
    await eventually(`pod ${ordinal} to keep a copy of nodes.conf`, { deadline: 15_000 }, async () =>
      access(`${nodesConf(release, ordinal)}.kept`).then(
        () => true,
        () => undefined,
      ),
    )
  return countKeys(release, all(release))
}

/** Changes the first place in a file that is as told. */
async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  assert.is.not(text.replace(from, to), text)
  await writeFile(file, text.replace(from, to))
}

const damages: [name: string, damage: (file: string) => Promise<void>][] = [
  ['missing', (file) => rm(file)],
  ['empty', (file) => writeFile(file, '')],
  ['cut off', async (file) => truncate(file, (await readFile(file)).length - 60)],
  ['short of one character of an id', (file) => edit(file, /^\w/m, '')],
  ['changed by one letter of a word', (file) => edit(file, ' slave ', ' slavf ')],
]

for (const [name, damage] of damages) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'A lost or damaged nodes.conf does not cost a node its identity',
    bound: 'all keys are there',
  })
  test(`nodes.conf is ${name}: the kept copy takes its place, and the node is who it was`, async (_, scope) => {
    const release = await prepare(scope)
    const keys = await created(release)
    const id = await release.ask(1, 'CLUSTER', 'MYID')
    await release.kill(1)
    await damage(nodesConf(release, 1))
    await release.start(1)
    await release.keep(1)
    assert.is(await release.ask(1, 'CLUSTER', 'MYID'), id)
    assert.match(await release.log(1), /its kept copy takes its place/)
    await untilWhole(release)
    assert.is(await countKeys(release, all(release)), keys)
  })
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'Data that cannot be told to be the cluster’s own is not touched, and the log says what to do',
})
test('data without nodes.conf or a copy is not touched, and the log says what to do', async (_, scope) => {
  const release = await prepare(scope)
  const keys = await created(release)
  await release.kill(1)
  await rm(nodesConf(release, 1))
  await rm(`${nodesConf(release, 1)}.kept`)
  const refused = await release.start(1).catch((error: Error) => error.message)
  assert.is(refused, 'pod 1 did not start: see its log')
  assert.match(
    await release.log(1),
    /refuse +the volume holds data, but no usable nodes\.conf .*empty the volume/,
  )
  await access(join(release.data(1), 'appendonlydir'))
  // What it says works.
  await rm(release.data(1), { recursive: true })
  await release.start(1)
  await release.keep(1)
  await untilLogged(release, 1, /becomes a replica of \S+: OK/, 30_000)
  assert.is((await release.script('reconcile.sh')).code, 0)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test('a new node at the address of a lost master lets the replica go first', async (_, scope) => {
  const release = await prepare(scope)
  const keys = await created(release)
  const master = (await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'ROLE')))).findIndex(
    (role) => role.startsWith('master'),
  )
  await release.kill(master)
  await rm(release.data(master), { recursive: true })
  await release.start(master)
  await release.keep(master)
  assert.match(await release.log(master), /its address is still that of a master: waiting/)
  await untilLogged(release, master, /becomes a replica of \S+: OK/, 30_000)
  assert.is((await release.script('reconcile.sh')).code, 0)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test('a node that the cluster has forgotten keeps its old data aside and joins as a new one', async (_, scope) => {
  const release = await prepare(scope)
  await created(release)
  const replica = (await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'ROLE')))).findIndex(
    (role) => role.startsWith('slave'),
  )
  const id = await release.ask(replica, 'CLUSTER', 'MYID')
  await release.kill(replica)
  for (const ordinal of all(release))
    if (ordinal !== replica) await release.ask(ordinal, 'CLUSTER', 'FORGET', id)
  await release.start(replica)
  await release.keep(replica)
  assert.is.not(await release.ask(replica, 'CLUSTER', 'MYID'), id)
  assert.match(await release.log(replica), new RegExp(`the cluster has forgotten this node, ${id}`))
  assert.match(
    await readFile(join(release.data(replica), `aside-${id}`, 'nodes.conf'), 'utf8'),
    new RegExp(id),
  )
  await untilWhole(release)
})

/** Lets a replica be part of the whole cluster without knowing a node that runs no more; `peer` is where a master is. */
async function makeUnaware(release: Loopback, replica: number, id: string, peer: string): Promise<void> {
  const [, major = 0, minor = 0] =
    /redis_version:(\d+)\.(\d+)/.exec(await release.ask(replica, 'INFO', 'server'))?.map(Number) ?? []
  if (major < 7 || (major === 7 && minor < 2)) {
    assert.is(await release.ask(replica, 'CLUSTER', 'FORGET', id), 'OK')
    return
  }
  // Since Redis 7.2 a node tells the others what it forgets. One that joins is told of no replica that has failed.
  await eventually('the node to count as failed', { deadline: 20_000 }, async (see) => {
    const nodes = await release.ask(replica, 'CLUSTER', 'NODES')
    see(nodes)
    return nodes.split('\n').some((line) => line.startsWith(id) && /slave,fail /.test(line)) || undefined
  })
  const joinAnew = async () => {
    assert.is(await release.ask(replica, 'CLUSTER', 'RESET', 'SOFT'), 'OK')
    assert.is(await release.ask(replica, 'CLUSTER', 'MEET', peer, '6379'), 'OK')
  }
  await joinAnew()
  await eventually('a peer that does not know the node', { deadline: 20_000 }, async (see) => {
    const [info, nodes] = [
      await release.ask(replica, 'CLUSTER', 'INFO'),
      await release.ask(replica, 'CLUSTER', 'NODES'),
    ]
    see(info + nodes)
    // A peer that was just trying to reach the node has told of it after all.
    if (nodes.includes(id)) await joinAnew()
    return (!nodes.includes(id) && /cluster_state:ok[\s\S]*cluster_slots_ok:16384/.test(info)) || undefined
  })
}

test.proves({
  topic: 'Loss and recovery',
  promise:
    'A node’s data is set aside only if most of the masters say that the cluster has forgotten the node',
})
test('a peer that does not know the node does not make it forgotten, as long as no majority of masters says so', async (_, scope) => {
  const release = await prepare(scope)
  const keys = await created(release)
  const roles = await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'ROLE')))
  const [away = 0, anew = 0] = all(release).filter((ordinal) => roles[ordinal]?.startsWith('slave'))
  const id = await release.ask(away, 'CLUSTER', 'MYID')
  await release.kill(away)
  await makeUnaware(release, anew, id, release.address(roles.findIndex((role) => role.startsWith('master'))))
  // All others are silent, which this peer has not noticed yet.
  const others = all(release).filter((ordinal) => ordinal !== away && ordinal !== anew)
  const wake = await freeze(release, scope, ...others)
  const starting = release.start(away)
  await pause(5000)
  wake()
  await starting
  await release.keep(away)
  assert.is(await release.ask(away, 'CLUSTER', 'MYID'), id)
  assert.not.match(await release.log(away), /has forgotten this node/)
  assert.is((await release.script('reconcile.sh')).code, 0)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test('a master that lost its data but not its name lets its replica go first: all keys are there', async (_, scope) => {
  const release = await prepare(scope)
  const keys = await created(release)
  const master = (await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'ROLE')))).findIndex(
    (role) => role.startsWith('master'),
  )
  await release.kill(master)
  await rename(join(release.data(master), 'appendonlydir'), join(release.folder, 'lost'))
  await release.start(master)
  await release.keep(master)
  assert.match(await release.log(master), /this master lost its data: waiting/)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test.run()
