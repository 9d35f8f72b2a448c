import * as assert from 'uvu/assert'
import { parseClusterNodes, parseInfo } from '../../../generator/cluster/nodes.ts'
import { shardsOf, type View, whyNotWhole } from '../../../generator/cluster/whole.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('a cluster seen from outside')

const MAP = `a1 10.0.0.1:6379@16379 master - 0 1 1 connected 0-5460
b2 10.0.0.2:6379@16379,pod-1 master - 0 1 2 connected 5461-10921
c3 10.0.0.3:6379@16379 master - 0 1 3 connected 10922-16383
d4 10.0.0.4:6379@16379 slave a1 0 1 1 connected`

/** The views of four pods that all see the same map, each itself in it. */
function fourViews(edit: (map: string, pod: number) => string = (map) => map): View[] {
  return ['a1', 'b2', 'c3', 'd4'].map((id, pod) => {
    const line = new RegExp(`^(${id} \\S+ )`, 'm')
    const role = id === 'd4' ? 'role:slave\r\nmaster_link_status:up\r\n' : 'role:master\r\n'
    return {
      pod: `r-${pod}`,
      place: `node-${pod % 2}`,
      nodes: parseClusterNodes(edit(MAP, pod).replace(line, '$1myself,')),
      replication: parseInfo(`# Replication\r\n${role}`.replaceAll('\r', '')),
    }
  })
}

test('nodes that all agree are whole, and their shards know pods and Kubernetes nodes', () => {
  const views = fourViews()
  assert.is(whyNotWhole(views, 4), undefined)
  const [first, second] = shardsOf(views)
  assert.equal(first?.master, { id: 'a1', pod: 'r-0', place: 'node-0', address: '10.0.0.1' })
  assert.equal(
    first?.replicas.map(({ pod }) => pod),
    ['r-3'],
  )
  assert.equal([second?.slots, second?.master.address], [[[5461, 10921]], '10.0.0.2'])
})

const flaws: [sentence: string, edit: (map: string, pod: number) => string, reason: RegExp][] = [
  [
    'a failed node',
    (map) => map.replace('b2 10.0.0.2:6379@16379,pod-1 master', 'b2 10.0.0.2:6379@16379 master,fail'),
    /sees b2 as/,
  ],
  [
    'a node one pod has not heard of',
    (map, pod) => (pod === 2 ? map.replace(/\nd4.*/, '') : map),
    /r-2 knows 3 of 4/,
  ],
  ['an uncovered slot', (map) => map.replace('0-5460', '1-5460'), /16383 of 16384 slots/],
  ['an open slot', (map) => map.replace('0-5460', '0-5460 [7->-b2]'), /open slots: \[7->-b2\]/],
  [
    'a stale address',
    (map, pod) => (pod === 1 ? map.replace('10.0.0.4', '10.0.0.9') : map),
    /disagree on who owns what/,
  ],
  [
    'a node that has nothing to do',
    (map) => map.replace('slave a1', 'master -'),
    /d4 with neither slots nor/,
  ],
  ['a broken link', (map) => map.replace('1 3 connected', '1 3 disconnected'), /no link to c3/],
]
for (const [sentence, edit, reason] of flaws) {
  test(`${sentence} makes it not whole`, () => assert.match(whyNotWhole(fourViews(edit), 4) ?? '', reason))
}

test('a replica that is not in sync makes it not whole', () => {
  const views = fourViews()
  const replica = views[3]
  if (replica) replica.replication.master_link_status = 'down'
  assert.match(whyNotWhole(views, 4) ?? '', /r-3 is not in sync/)
})

test('a pod that does not answer makes it not whole', () => {
  assert.is(whyNotWhole(fourViews().slice(1), 4), '3 of 4 pods answer')
})

test.run()
