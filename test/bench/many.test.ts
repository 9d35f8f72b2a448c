import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { median, saveNumbers, table } from '../shared/figures/figures.ts'
import { all, type Loopback } from '../shared/loopback/loopback.ts'
import { layouts } from '../shared/loopback/toolbox.ts'
import { toItsEnd, upgrade } from '../shared/loopback/upgrade.ts'
import { pretend } from '../shared/plan/pretended.ts'
import { randomly } from '../shared/plan/random.ts'
import { byClient, byJob, look, made, onMemory, startAll, untilAgreed } from './many.ts'

/** Nodes, and how often each side is measured: what takes long varies little. */
const SIZES = [
  [6, 3],
  [30, 3],
  [100, 1],
  [200, 1],
] as const

/** Nodes that are pretended, since so many servers do not fit on a machine. */
const PRETENDED = [200, 400, 1000]
const OBSERVED_WITHIN = 15
const PLANNED_WITHIN = 5

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

for (const nodes of PRETENDED)
  for (const layout of layouts) {
    test.proves({
      topic: 'Size and cost',
      promise: 'A Job sees in seconds how a thousand nodes are, and what is to be done',
      bound: `observed within ${OBSERVED_WITHIN} s and planned within ${PLANNED_WITHIN} s on two cores`,
    })
    test(`${nodes} nodes are seen and planned by an image laid out as ${layout}'s`, async ({
      other,
    }, scope) => {
      const cluster = await pretend(scope, nodes, layout)
      const observed = await cluster.run('observe $((SHARDS * 2)) >"$OBSERVED"')
      const planned = await cluster.run('plan; cat "$PLAN"')
      assert.match(planned.stdout, `done ${nodes} nodes agree`)
      other[`${nodes} nodes, pretended, observed on ${layout}`] = observed.seconds
      other[`${nodes} nodes, pretended, planned on ${layout}`] = planned.seconds
      assert.ok(observed.seconds <= OBSERVED_WITHIN, `an observation took ${observed.seconds} s`)
      assert.ok(planned.seconds <= PLANNED_WITHIN, `a plan took ${planned.seconds} s`)
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
