import * as assert from 'uvu/assert'
import { suite } from '../../../runner/suite.ts'
import { type Node, observation, ordinalOf } from '../../../shared/plan/observation.ts'
import { plan } from '../../../shared/plan/planner.ts'
import { randomly } from '../../../shared/plan/random.ts'

const test = suite('the plan of a new cluster, wherever its pods are')

/** Plans a creation from nothing to its replicas, and returns the pods of each master, by ordinal. */
async function create(nodes: Node[], shards: number, replicas: number): Promise<Map<number, number[]>> {
  const desired = `shards=${shards} replicas=${replicas}`
  const masters = new Map<number, number[]>()
  for (const step of await plan(observation(nodes, false), desired)) {
    const [word, node = '', from, to] = step.split(' ')
    if (word === 'assign') {
      masters.set(ordinalOf(node), [])
      Object.assign(nodes[ordinalOf(node)] ?? {}, { slots: `${from}-${to}`, epoch: masters.size })
    }
  }
  for (const step of await plan(observation(nodes, true), desired)) {
    const [word, node = '', master = ''] = step.split(' ')
    if (word === 'replicate') masters.get(ordinalOf(master))?.push(ordinalOf(node))
  }
  return masters
}

const scattered = (size: number, places: string[]): Node[] =>
  Array.from({ length: size }, (_, ordinal) => ({ ordinal, node: places[ordinal % places.length] ?? 'n1' }))

const sharing = (nodes: Node[], masters: Map<number, number[]>) =>
  [...masters].flatMap(([master, replicas]) =>
    replicas.filter((replica) => nodes[replica]?.node === nodes[master]?.node),
  )

test('every shard has its replicas, and none on its master’s node, however the pods are scattered', async () => {
  const next = randomly(7)
  for (let round = 0; round < 60; round++) {
    const shards = 3 + next(6)
    const replicas = 1 + next(2)
    const size = shards * (1 + replicas)
    const room = new Map<string, number>()
    // No Kubernetes node has more pods than there are shards: then every replica can live elsewhere than its master.
    const nodes: Node[] = Array.from({ length: size }, (_, ordinal) => {
      let node = `n${next(replicas + 3)}`
      while ((room.get(node) ?? 0) >= shards) node = `n${next(replicas + 3)}`
      room.set(node, (room.get(node) ?? 0) + 1)
      return { ordinal, node }
    })
    const masters = await create(nodes, shards, replicas)
    const where = nodes.map(({ node }) => node).join(' ')
    assert.is(masters.size, shards, where)
    for (const of of masters.values()) assert.is(of.length, replicas, where)
    assert.equal(sharing(nodes, masters), [], where)
  }
})

test('with too many pods on one node no more replicas share than must', async () => {
  const nodes = scattered(6, ['n1', 'n1', 'n2'])
  const masters = await create(nodes, 3, 1)
  assert.is(sharing(nodes, masters).length, 1)
})

test('masters do not pile up on one node', async () => {
  const nodes = scattered(14, ['n1', 'n2'])
  const masters = await create(nodes, 7, 1)
  const onFirst = [...masters.keys()].filter((master) => nodes[master]?.node === 'n1').length
  assert.ok(onFirst === 3 || onFirst === 4, `${onFirst} of 7 masters on n1`)
})

test('zones keep master and replica apart even where nodes would', async () => {
  const zones = ['a', 'a', 'b', 'b', 'c', 'c']
  const nodes: Node[] = zones.map((zone, ordinal) => ({ ordinal, zone, node: `n${ordinal}` }))
  const masters = await create(nodes, 3, 1)
  for (const [master, [replica = -1]] of masters) assert.is.not(zones[master], zones[replica])
})

test('one node alone gets a whole cluster', async () => {
  const masters = await create(scattered(9, ['n1']), 3, 2)
  assert.equal(
    [...masters.values()].map((of) => of.length),
    [2, 2, 2],
  )
})

test('of 200 nodes no replica shares its master’s Kubernetes node', async () => {
  const places = Array.from({ length: 20 }, (_, n) => `n${n}`)
  const nodes = scattered(200, places)
  const masters = await create(nodes, 100, 1)
  assert.is(masters.size, 100)
  assert.is(sharing(nodes, masters).length, 0)
})

test.run()
