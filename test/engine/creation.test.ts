// depends on: protocol
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { aShard, nodesKnown, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { layouts } from '../shared/loopback/toolbox.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'
import { killAtFirstStep } from './kill.ts'

const test = suite('creation on real servers', { timeout: 40_000 })

/** The cluster as one node sees it, without what changes by the second. */
async function view(release: Loopback, ordinal: number): Promise<string[]> {
  const lines = await nodesKnown(release, ordinal)
  return lines
    .map((line) => {
      const [id, address, flags, master, , , epoch, link, ...slots] = line.trim().split(' ')
      return [id, address, flags?.replace('myself,', ''), master, epoch, link, ...slots].join(' ')
    })
    .sort()
}

async function assertWhole(release: Loopback): Promise<void> {
  const views = await Promise.all(all(release).map((ordinal) => view(release, ordinal)))
  for (const seen of views) assert.equal(seen, views[0])
  const checked = await release.script('helm-test.sh')
  assert.is(checked.code, 0, checked.stdout + checked.stderr)
}

for (const layout of layouts) {
  test.proves({
    topic: 'Install and remove',
    promise: 'Debian’s and Alpine’s images work alike',
  })
  test(`an image laid out as ${layout}'s creates a cluster, and a second run changes nothing`, async (_, scope) => {
    const release = await prepare(scope, { layout })
    await release.start(...all(release))
    const first = await release.script('reconcile.sh')
    assert.is(first.code, 0, first.stdout + first.stderr)
    assert.match(
      first.stdout,
      /done +6 nodes agree, 16384 slots covered, 3 replicas in sync, no replica on its master/,
    )
    await assertWhole(release)

    const before = await view(release, 0)
    const second = await release.script('reconcile.sh')
    assert.is(second.code, 0)
    assert.not.match(second.stdout, / step /)
    assert.equal(await view(release, 0), before)
  })
}

test('pods that come up one after the other are waited for by name', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(0, 2)
  const job = await release.background('reconcile.sh')
  await eventually(
    'the log to name pod 1',
    { deadline: 5000 },
    async () => job.output().includes('no answer yet from pod 1') || undefined,
  )
  assert.not.match(job.output(), / step /)
  await release.start(1)
  assert.is(await job.ended, 0, job.output())
  await assertWhole(release)
})

test.proves({
  topic: 'Install and remove',
  promise: 'Where nothing runs Helm’s hooks, the cluster creates itself',
})
test('keepers alone create the cluster, heed the zones, and tell that only the Job gives a new shard its slots', async (_, scope) => {
  const zones = 'n1=a n2=b n3=c n4=a n5=b n6=c'
  const release = await prepare(scope, { nodes: ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'] })
  const topology = join(release.folder, 'topology')
  await writeFile(join(topology, 'zones'), zones)
  await release.start(...all(release))
  await release.keep(...all(release))
  await untilWhole(release)
  const checked = await release.script('helm-test.sh', [], { ZONES: zones })
  assert.match(checked.stdout, /no replica on its master's Kubernetes node, none in its zone/)

  await writeFile(join(topology, 'shards'), '4')
  await release.start(6, 7)
  await release.keep(6, 7)
  await untilLogged(release, 6, /waits for the Job r\d+-reconcile to give it slots: no shard lacks a replica/)
})

test('helm test looks again while a replica gets its master back', async (_, scope) => {
  const release = await prepare(scope)
  await release.start(...all(release))
  await toItsEnd(release, 'reconcile.sh')
  const [, replica] = await aShard(release)
  const [, password = ''] = (await release.ask(replica, 'CONFIG', 'GET', 'masterauth')).split('\n')
  await release.ask(replica, 'CONFIG', 'SET', 'masteruser', 'nobody')
  await release.ask(replica, 'CONFIG', 'SET', 'masterauth', 'nothing')
  await release.ask(replica, 'CLIENT', 'KILL', 'TYPE', 'master')
  const tested = await release.background('helm-test.sh')
  await pause(2000)
  await release.ask(replica, 'CONFIG', 'SET', 'masteruser', '')
  await release.ask(replica, 'CONFIG', 'SET', 'masterauth', password)
  assert.is(await tested.ended, 0, tested.output())
})

test('a keeper without the topology names what is missing', async (_, scope) => {
  const release = await prepare(scope)
  await rm(join(release.folder, 'topology', 'shards'))
  await release.start(0)
  await release.keep(0)
  await untilLogged(release, 0, /wait +the ConfigMap r\d+-topology is missing/)
})

test.proves({
  topic: 'Install and remove',
  promise: 'A creation that is killed half-way goes on where it stopped',
})
test('killed after each of its steps and started again, it ends with a whole cluster', async (_, scope) => {
  const release = await prepare(scope)
  await release.start(...all(release))
  const kills = await killAtFirstStep(release)
  // Three epochs, three ranges of slots, three replicas, and at the least five introductions: gossip may spare the others.
  assert.ok(kills >= 14, `only ${kills} steps were cut short`)
  const last = await release.script('reconcile.sh')
  assert.is(last.code, 0, last.stdout + last.stderr)
  await assertWhole(release)
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'No cluster is created over a pod that holds keys or slots',
})
test('a pod with keys and no cluster is named, and nothing is done', async (_, scope) => {
  const release = await prepare(scope)
  await release.start(...all(release))
  await release.ask(4, 'CLUSTER', 'ADDSLOTS', '12182')
  await eventually('pod 4 to take a key', { deadline: 5000, every: 50 }, async (see) => {
    const answer = await release.ask(4, 'SET', 'foo', 'bar')
    see(answer)
    return answer === 'OK' || undefined
  })
  const owning = await release.script('reconcile.sh')
  assert.is(owning.code, 3)
  assert.match(owning.stdout, /refuse +pod 4 owns slots that no creation gave it \(12182\)/)

  await release.ask(4, 'CLUSTER', 'DELSLOTS', '12182')
  const holding = await release.script('reconcile.sh')
  assert.is(holding.code, 3)
  assert.match(holding.stdout, /refuse +pod 4 holds 1 keys, but there is no cluster/)
  for (const ordinal of [0, 1, 2, 3, 5])
    assert.match(await release.ask(ordinal, 'CLUSTER', 'INFO'), /cluster_slots_assigned:0/)
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'A pod that cannot be asked is never taken for an empty one',
})
test('a wrong password is not taken for an empty pod', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(...all(release))
  await release.ask(1, 'CONFIG', 'SET', 'requirepass', 'another')
  const job = await release.script('reconcile.sh', [], { DEADLINE_SECONDS: '3' })
  assert.is(job.code, 1)
  assert.match(job.stdout, /no answer yet from pod 1$/m)
  assert.match(await release.ask(0, 'CLUSTER', 'INFO'), /cluster_slots_assigned:0/)
})

test.run()
