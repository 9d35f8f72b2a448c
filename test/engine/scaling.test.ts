// depends on: moves
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, nodesKnown, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { size, upgrade } from '../shared/loopback/upgrade.ts'

// Redis 8's client moves two hundred slots a second, beside another file eighty, and a shard more or less is four thousand.
const test = suite('a cluster that changes its size', { timeout: 240_000 })

const upTo = (count: number) => Array.from({ length: count }, (_, ordinal) => ordinal)

async function assertSize(release: Loopback, shards: number, replicas: number, keys: number): Promise<void> {
  const pods = upTo(shards * (1 + replicas))
  for (const ordinal of pods) {
    const lines = await nodesKnown(release, ordinal)
    assert.is(lines.length, pods.length, lines.join('\n'))
    assert.is(
      lines.filter(
        (line) => / master .* connected \d/.test(line) || /myself,master .* connected \d/.test(line),
      ).length,
      shards,
    )
    assert.not.match(lines.join('\n'), /fail|noaddr|\[/)
  }
  assert.is(await countKeys(release, pods), keys)
}

test('grows by a shard, shrinks by a shard, and grows again onto the volumes that were kept', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  const out = await upgrade(release, 6, 4, 1)
  // A hundredth more or less is even enough for a plan, so the last few may stay where they are.
  const [, moved, of] = [...out.matchAll(/ (\d+) of (\d+) slots moved/g)].at(-1) ?? []
  assert.ok(Number(moved) >= Number(of) * 0.99, out)
  const known = await release.ask(0, 'COMMAND', 'INFO', 'cluster|migration', 'cluster|migrateslots')
  assert.is(/slots moved whole/.test(out), known.includes('cluster|migrat'), out)
  await assertSize(release, 4, 1, keys)
  await upgrade(release, 8, 3, 1)
  await assertSize(release, 3, 1, keys)
  await upgrade(release, 6, 4, 1)
  await assertSize(release, 4, 1, keys)
})

test('replicas come and go: 1, 2, 0, 1', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  let from = 6
  for (const replicas of [2, 0, 1]) {
    await upgrade(release, from, 3, replicas)
    await assertSize(release, 3, replicas, keys)
    from = 3 * (1 + replicas)
  }
})

test('shards and replicas change together, with spare replicas that become masters', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  await upgrade(release, 6, 6, 0)
  await assertSize(release, 6, 0, keys)
})

test.proves({
  topic: 'Scaling',
  promise: 'A slot left half-way between two shards is put right by the next upgrade',
  bound: 'all keys are there',
})
test('a run that was killed while a slot was on its way is ended by the next', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  const masters = await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'CLUSTER', 'MYID')))
  await release.ask(1, 'CLUSTER', 'SETSLOT', '0', 'IMPORTING', masters[0] ?? '')
  await release.ask(0, 'CLUSTER', 'SETSLOT', '0', 'MIGRATING', masters[1] ?? '')
  const job = await release.script('reconcile.sh')
  assert.is(job.code, 0, job.stdout)
  assert.match(job.stdout, /end the half-done move/)
  await untilWhole(release)
  assert.is(await countKeys(release, all(release)), keys)
})

test('data that would not fit into fewer shards is refused, and nothing changes', async (_, scope) => {
  const release = await prepare(scope, { shards: 4, replicas: 0, conf: 'maxmemory 20mb\n' })
  await createWithKeys(release, all(release))
  for (const ordinal of all(release)) {
    // Some of these are another node's keys, which it says.
    for (let key = 0; key < 60; key++)
      await release.ask(
        ordinal,
        'EVAL',
        "return redis.call('SET', KEYS[1], string.rep('x', 1000000))",
        '1',
        `big:${key}`,
      )
  }
  const before = await nodesKnown(release, 0)
  const refused = await release.script('preflight.sh', [], size(3, 0))
  assert.is(refused.code, 3, refused.stdout)
  assert.match(
    refused.stdout,
    /cluster\.shards: the data of 4 shards, \d+ MiB, does not fit into 3: pod \d would need \d+ MiB and may use 20 MiB/,
  )
  const roles = (nodes: string[]) =>
    nodes.map((line) => line.replace(/ \d+ \d+ (?=\d+ connected)/, ' ').replace('myself,', '')).sort()
  assert.equal(roles(await nodesKnown(release, 0)), roles(before))
})

test.run()
