import * as assert from 'uvu/assert'
import { serverPods, waitUntilWhole } from '../../cluster/cluster.ts'
import { writeAndRead } from '../../cluster/load/start.ts'
import { keysOf, lastStart, sixNodes, whoIsThere } from '../../cluster/six-nodes.ts'
import type { Release } from '../../kube/helm.ts'
import { kubectl } from '../../kube/kubectl.ts'
import { narrowPodRange } from '../../kube/pod-range.ts'
import { workers } from '../../kube/workers.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'

interface Context {
  releases: [Release, Release]
}

const test = suite<Context>('two releases among few addresses', {
  timeout: 1_800_000,
  setup: async (scope: Scope) => {
    const one = await sixNodes(scope, 'one')
    const other = await sixNodes(scope, 'other')
    return { releases: [one.of, other.of] }
  },
})

const ROUNDS = 20
/** Each Kubernetes node has three pods of either release, and two addresses to spare. */
const ADDRESSES = 8

interface State {
  ids: string[]
  addresses: string[]
  keys: number
}

async function stateOf(of: Release): Promise<State> {
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 90_000 })
  const members = shards.flatMap(({ master, replicas }) => [master, ...replicas])
  return {
    ids: members.map(({ id }) => id).sort(),
    addresses: members.map(({ address }) => address),
    keys: await keysOf(of),
  }
}

/** Deletes all pods of both at once, and returns what both are once they are whole again. */
async function round(releases: Release[]): Promise<State[]> {
  const servers = ['--selector', 'app.kubernetes.io/component=server', '--wait=false']
  const before = await Promise.all(releases.map(whoIsThere))
  await Promise.all(releases.map((of) => kubectl(of, 'delete', 'pods', ...servers)))
  await Promise.all(releases.map((of, i) => lastStart(of, before[i] ?? new Set())))
  return Promise.all(releases.map(stateOf))
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'Two releases that take each other’s addresses stay apart',
  bound: `${ROUNDS} rounds`,
})
test('all pods of both deleted at once, twenty times: each stays whole and itself, though they take each other’s addresses', async ({
  releases,
}, scope) => {
  for (const of of releases) await writeAndRead(of, 1000)
  for (const node of await workers()) await narrowPodRange(scope, node, ADDRESSES)
  const first = await Promise.all(releases.map(stateOf))
  let before = first
  let taken = 0
  for (let turn = 1; turn <= ROUNDS; turn++) {
    const now = await round(releases)
    for (const [i, { ids, keys, addresses }] of now.entries()) {
      assert.equal([ids, keys], [first[i]?.ids, first[i]?.keys])
      taken += addresses.filter((address) => before[1 - i]?.addresses.includes(address)).length
    }
    console.log(`round ${turn}: ${taken} addresses taken from the other so far`)
    before = now
  }
  assert.ok(taken >= ROUNDS, `${taken} addresses taken from the other`)
  for (const of of releases) assert.is((await serverPods(of)).length, 6)
})

test.run()
