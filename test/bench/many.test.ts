import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { median, saveNumbers, table } from '../shared/figures/figures.ts'
import { all, type Loopback } from '../shared/loopback/loopback.ts'
import { toItsEnd, upgrade } from '../shared/loopback/upgrade.ts'
import { randomly } from '../shared/plan/random.ts'
import { byClient, byJob, look, made, onMemory, startAll, untilAgreed } from './many.ts'

/** Nodes, and how often each side is measured: what takes long varies little. */
const SIZES = [
  [6, 3],
  [30, 3],
  [100, 1],
  [200, 1],
] as const

interface Figures {
  observe: number
  plan: number
  job: number[]
  client: number[]
}

// No kind cluster takes part: real servers on the loopback, each with its data in memory.
const test = suite('a cluster of many nodes', {
  timeout: 600_000,
  setup: async () => {
    onMemory()
    return { sizes: {} as Record<number, Figures>, other: {} as Record<string, number> }
  },
  teardown: async ({ sizes, other }) => {
    const rows = Object.entries(sizes).map(([nodes, { observe, plan, job, client }]) => [
      nodes,
      ...[plan, observe, median(job), median(client)].map((seconds) => seconds.toFixed(2)),
      (median(job) / median(client)).toFixed(2),
    ])
    console.log(
      table([
        ['nodes', 'plan, s', 'observation, s', 'reconcile.sh, s', '--cluster create, s', 'ratio'],
        ...rows,
      ]),
    )
    for (const [what, seconds] of Object.entries(other)) console.log(`  ${what}: ${seconds.toFixed(1)} s`)
    console.log(`  every number: ${await saveNumbers('many', { sizes, other })}`)
  },
})

for (const [nodes, rounds] of SIZES) {
  test.proves({
    topic: 'Size and cost',
    promise: 'Large clusters are made no slower than by the engine’s own client',
  })
  test(`${nodes} nodes agree no later than after the client's own --cluster create`, async ({
    sizes,
  }, scope) => {
    const job: number[] = []
    const client: number[] = []
    let figures = { observe: 0, plan: 0 }
    for (let round = 0; round < rounds; round++) {
      const release = await made(scope, nodes)
      job.push(await byJob(release))
      figures = await look(release)
      await release.kill(...all(release))
      const fresh = await made(scope, nodes)
      client.push(await byClient(fresh))
      await fresh.kill(...all(fresh))
    }
    sizes[nodes] = { ...figures, job, client }
    assert.ok(median(job) <= median(client), `${median(job)} s, and the client ${median(client)} s`)
    assert.ok(figures.plan <= 1, `a plan took ${figures.plan} s`)
    assert.ok(figures.observe <= 5, `an observation took ${figures.observe} s`)
  })
}

test('90 shards grow to 100, and 20 pods that were killed and came back are part of them again', async ({
  other,
}, scope) => {
  const release = await made(scope, 180)
  await byJob(release)
  other['180 nodes grown to 200'] = await timed(async () => {
    await upgrade(release, 180, 100, 1, { deadline: 500, keepers: false })
  })
  await untilAgreed(release, 200, 10)
  const victims = someOf(200, 20)
  await release.kill(...victims)
  await startAll(release, victims)
  other['20 of 200 nodes killed, until all agree'] = await timed(() => repaired(release))
  await untilAgreed(release, 200, 10)
})

const repaired = (release: Loopback) =>
  toItsEnd(release, 'reconcile.sh', { SHARDS: '100', REPLICAS: '1', DEADLINE_SECONDS: '200' })

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

function someOf(below: number, count: number): number[] {
  const next = randomly(process.pid)
  const found = new Set<number>()
  while (found.size < count) found.add(next(below))
  return [...found]
}

test.run()
