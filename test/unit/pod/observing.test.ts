import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('what is seen of a server')

const ID = 'a'.repeat(40)

/** The line of a pod whose server tells these lines of its place, its moves, its memory, and at the end. */
async function pod(
  work: string,
  { place = '', zones = '', moves = '', memory = 'used_memory:3000000', end = '7' },
): Promise<string> {
  await copyPodScripts(work)
  const script = `
    HERE=${work} WORK=${work} ZONES='${zones}'
    address_of() { echo 10.0.0.1; }
    ask_all() { cat >/dev/null; printf '%s\\n' ${ID} ${moves} '${ID} 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-5460' ${place} ${memory} ${end}; }
    for part in nodes at-once observe; do . "$HERE/$part.sh"; done
    observe 1`
  return (await must('sh', ['-c', script])).split('\n')[0] ?? ''
}

/** Valkey's account of a move in this state, in words of a shell. */
const move = (state: string) =>
  `name ${'b'.repeat(40)} operation EXPORT slot_ranges 0-99 target_node ${'c'.repeat(40)} source_node ${ID} ` +
  `create_time 1764196800 last_update_time 1764196801 state ${state} message '' cow_size 0 remaining_repl_size 0`

const place = (node: string, zone: string) => `node=${node},zone=${zone},release=ns/r,revision=1`

test.proves({
  topic: 'Loss and recovery',
  promise: 'Replicas keep to other zones than their masters, on every version of Kubernetes',
})
test('its zone, which is the one that the map has for its Kubernetes node, or else the pod’s own', async (_, scope) => {
  const work = await folder(scope)
  const zones = 'node-a=rack.1 node-b=rack.2'
  for (const [node, own, zone] of [
    ['node-a', '', 'rack.1'],
    ['node-b', 'eu-1b', 'rack.2'],
    ['node-c', 'eu-1c', 'eu-1c'],
    ['node', '', ''],
  ] as const)
    assert.match(
      await pod(work, { place: place(node, own), zones }),
      ` node=${node} zone=${zone} release=ns/r revision=1 `,
    )
  assert.match(await pod(work, { place: place('node-a', 'eu-1a') }), ' node=node-a zone=eu-1a release=')
})

test('its zone, out of as many as fit into a variable', async (_, scope) => {
  const names = Array.from(
    { length: 1700 },
    (_, n) => `ip-10-0-${n}.eu-central-1.compute.internal=eu-central-1${n % 3}`,
  )
  const line = await pod(await folder(scope), {
    place: place('ip-10-0-1699.eu-central-1.compute.internal', ''),
    zones: names.join(' '),
  })
  assert.match(line, ' zone=eu-central-11 ')
})

test('the zone that it tells its clients, or that it tells none, or that its engine cannot', async (_, scope) => {
  const work = await folder(scope)
  for (const [place, tells] of [
    ['availability_zone:eu-1a', 'eu-1a'],
    ["'availability_zone:of nobody'", 'of_nobody'],
    ['availability_zone:', '-'],
    ['', ''],
  ] as const)
    assert.match(await pod(work, { place }), ` tells=${tells} moves=`)
})

test('its memory: what it uses, and how much of that is data', async (_, scope) => {
  const line = await pod(await folder(scope), {
    memory: 'used_memory:3000000 used_memory_dataset:1000000 maxmemory:9000000',
  })
  assert.match(line, / used=3000000 data=1000000 allowed=9000000 .* keys=7$/)
})

test('data that is less than nothing, as an engine tells it whose slots have just left, is nothing', async (_, scope) => {
  const line = await pod(await folder(scope), {
    memory: 'used_memory:3000000 used_memory_dataset:18446744073709451234',
  })
  assert.match(line, / used=3000000 data=0 /)
})

test('the moves of slots that Valkey carries on, and none of those that ended', async (_, scope) => {
  const moves = [move('success'), move('snapshotting'), move('failed'), move('connecting'), move('cancelled')]
  const line = await pod(await folder(scope), { moves: moves.join(' ') })
  assert.match(line, / moves=2 keys=7$/)
})

test('the moves of slots that Redis carries on', async (_, scope) => {
  const line = await pod(await folder(scope), { moves: 'cluster_slot_migration_active_tasks:1' })
  assert.match(line, / moves=1 keys=7$/)
})

test('an engine that cannot do so carries on none', async (_, scope) => {
  const refusal = "ERR unknown subcommand 'GETSLOTMIGRATIONS'. Try CLUSTER HELP."
  const line = await pod(await folder(scope), { moves: `"${refusal}"` })
  assert.match(line, / moves=0 keys=7$/)
})

test('an answer that was cut off says nothing, whatever numbers it had', async (_, scope) => {
  const line = await pod(await folder(scope), { moves: move('snapshotting'), end: '' })
  assert.is(line, 'pod 0 down 10.0.0.1')
})

test.run()
