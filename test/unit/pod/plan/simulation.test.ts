import * as assert from 'uvu/assert'
import { suite } from '../../../runner/suite.ts'
import { plan } from '../../../shared/plan/planner.ts'
import { randomly } from '../../../shared/plan/random.ts'
import { apply, grown, observed, pod, type Sim } from './simulated.ts'

const test = suite('the plan, applied step by step to clusters that grew anyhow', { timeout: 120_000 })

interface Desired {
  shards: number
  replicas: number
}

/** Plans and applies until the plan is done; every step must be one that an engine takes. Returns the steps. */
async function converge(
  pods: Sim[],
  { shards, replicas }: Desired,
  { drain = false, killedAfter = (steps: number) => steps } = {},
): Promise<string[]> {
  const taken: string[] = []
  for (let round = 0; round < 60; round++) {
    const before = lacking(pods, replicas)
    const steps = await plan(
      observed(pods),
      `shards=${shards} replicas=${replicas}${drain ? ' drain=yes' : ''}`,
    )
    const [first = ''] = steps
    if (first.startsWith('done')) return taken
    if (/^(wait|refuse|roll)/.test(first)) throw new Error(`${first}\n${taken.join('\n')}\n${observed(pods)}`)
    for (const step of steps.slice(0, killedAfter(steps.length))) {
      apply(step, pods)
      taken.push(step)
    }
    assert.is(covered(pods), 16384, `every slot has one owner after\n${taken.join('\n')}`)
    const loses = lacking(pods, replicas) - before
    // A shard that is new, or smaller by one while two replicas change places, and no more.
    assert.ok(loses <= Math.max(1, shards * replicas), `replicas are missing after\n${taken.join('\n')}`)
  }
  throw new Error(`never done:\n${taken.join('\n')}`)
}

const masters = (pods: Sim[]) => pods.filter(({ slots }) => slots.size > 0)
const covered = (pods: Sim[]) => pods.reduce((sum, { slots }) => sum + slots.size, 0)
const replicasOf = (pods: Sim[], { id }: Sim) => pods.filter(({ master }) => master === id)
const lacking = (pods: Sim[], replicas: number) =>
  masters(pods).reduce((sum, one) => sum + Math.max(0, replicas - replicasOf(pods, one).length), 0)
const sharing = (pods: Sim[]) =>
  pods.filter(({ master, node }) => pods.some((other) => other.id === master && other.node === node)).length

function assertAsDesired(pods: Sim[], { shards, replicas }: Desired, story: string): void {
  const all = masters(pods)
  assert.is(all.length, shards, story)
  for (const one of all) {
    assert.is(replicasOf(pods, one).length, replicas, story)
    assert.ok(
      Math.abs(one.slots.size / (16384 / shards) - 1) <= 0.02,
      `${one.slots.size} slots of ${shards} shards: ${story}`,
    )
  }
}

/** Pods that some place must hold beyond one a shard: with one replica so many share their master's node at least. */
function mustShare(pods: Sim[], shards: number): number {
  const on = new Map<string, number>()
  for (const { node } of pods) on.set(node, (on.get(node) ?? 0) + 1)
  return [...on.values()].reduce((sum, count) => sum + Math.max(0, count - shards), 0)
}

test('from whatever there is to whatever is desired, and no further', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const next = randomly(seed)
    const from = { shards: 3 + next(4), replicas: next(3) }
    const to = { shards: 3 + next(4), replicas: next(3) }
    const size = to.shards * (1 + to.replicas)
    const places = 1 + next(5)
    // A run that is killed between two steps leaves the rest to one that plans anew.
    const killedAfter = (steps: number) => (next(3) ? steps : 1 + next(steps))
    const place = (): [string, string] => {
      const n = next(places)
      return [`n${n}`, seed % 3 === 0 ? `z${n % 3}` : '']
    }
    let pods = grown(from.shards, Array.from({ length: from.shards * (1 + from.replicas) }, place), next)
    const story = `seed ${seed}: ${JSON.stringify(from)} to ${JSON.stringify(to)} on ${pods.map(({ node }) => node).join(' ')}`

    if (pods.length > size) {
      await converge(pods, to, { drain: true, killedAfter })
      const leavers = pods.slice(size)
      assert.equal(
        leavers.filter(({ slots }) => slots.size > 0),
        [],
        `pods that leave own nothing: ${story}`,
      )
      pods = pods.slice(0, size)
    }
    while (pods.length < size) pods.push(pod(pods.length, ...place()))
    await converge(pods, to, { killedAfter })
    assertAsDesired(pods, to, story)
    if (to.replicas === 1) assert.is(sharing(pods), mustShare(pods, to.shards), story)
    for (const { knows } of pods) assert.is(knows.size, size, story)
    assert.equal(await converge(pods, to), [], `a second run changes nothing: ${story}`)
  }
})

test.run()
