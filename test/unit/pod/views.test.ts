// needs: mawk
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import { suite } from '../../runner/suite.ts'
import { pretend } from '../../shared/plan/pretended.ts'
import { podScripts } from '../../shared/pod-scripts.ts'

const test = suite('what is seen of many servers', { timeout: 60_000 })

const id = (letter: string) => letter.repeat(40)

/** A line of CLUSTER NODES: who, what, when it was last heard from and its epoch, and what it owns. */
const line = (letter: string, what: string, when: string, owns = '') =>
  `${id(letter)} 10.0.0.${letter.charCodeAt(0)}:6379@16379 ${what} ${when} connected ${owns}`.trim()

/** What is observed of nodes that tell these lines, but for their own pods' lines. */
async function seen(tales: Record<string, string[]>): Promise<string[]> {
  const asked = Object.entries(tales).flatMap(([letter, lines], ordinal) => [
    `asked ${ordinal} 10.0.0.${letter.charCodeAt(0)}`,
    id(letter),
    ...lines,
    'used_memory:3000000',
    '0',
  ])
  const scripts = podScripts()
  const program = `awk -v once=yes -f ${scripts.get('nodes.awk')} | awk -f ${scripts.get('observe.awk')}`
  const said = await must('sh', ['-c', program], { input: `${asked.join('\n')}\n` })
  return said.split('\n').filter((text) => /^(view|told)/.test(text))
}

test('nodes that agree tell the same, whatever their order, their times, and who says it', async () => {
  const observed = await seen({
    a: [line('a', 'myself,master -', '0 0 1', '0-99'), line('b', `slave ${id('a')}`, '0 1764196800001 1')],
    b: [line('b', `myself,slave ${id('a')}`, '0 0 1'), line('a', 'master -', '5 1764196800009 1', '0-99')],
  })
  assert.equal(observed, [
    `view ${id('a')} 1-2`,
    `view ${id('b')} 1-2`,
    `told 1 ${id('a')} master - connected 0-99`,
    `told 2 ${id('b')} slave ${id('a')} connected -`,
  ])
})

test('what one node says otherwise is told beside what the others say', async () => {
  const observed = await seen({
    a: [line('a', 'myself,master -', '0 0 1', '0-99'), line('b', 'master,fail? -', '0 1764196800001 2')],
    b: [line('a', 'master -', '0 1764196800009 1', '0-99'), line('b', 'myself,master -', '0 0 2')],
    c: [line('a', 'master -', '0 1764196800007 1', '0-99'), line('b', 'master -', '0 1764196800005 2')],
  })
  assert.equal(observed.slice(0, 3), [`view ${id('a')} 1-2`, `view ${id('b')} 1,3`, `view ${id('c')} 1,3`])
  assert.is(observed[4], `told 2 ${id('b')} master,fail? - connected -`)
  assert.is(observed[5], `told 3 ${id('b')} master - connected -`)
})

test('slots on their way are their owner’s own affair, and make no view another', async () => {
  const observed = await seen({
    a: [line('a', 'myself,master -', '0 0 1', `0-99 [5->-${id('b')}]`)],
    b: [line('a', 'master -', '0 1764196800001 1', '0-99')],
  })
  assert.equal(observed.slice(0, 2), [`view ${id('a')} 1`, `view ${id('b')} 1`])
})

test('a node that shakes hands has the name of the moment, and is told by its address', async () => {
  const observed = await seen({
    a: [line('c', 'handshake -', '0 0 0').replace(id('c'), id('1'))],
    b: [line('c', 'handshake -', '0 0 0').replace(id('c'), id('2'))],
  })
  assert.equal(observed, [`view ${id('a')} 1`, `view ${id('b')} 1`, 'told 1 10.0.0.99 handshake - - -'])
})

const NODES = 400
// A line for its pod, one for its view and one of what is told of it; what all others say of it would be forty thousand bytes.
const BYTES = 600
const SECONDS = 15

test.proves({
  topic: 'Size and cost',
  promise: 'What is observed of a cluster grows with its nodes, and not with their square',
  bound: `${BYTES} bytes a node`,
})
test(`${NODES} nodes that agree are observed in a few seconds, in little room`, async (_, scope) => {
  const cluster = await pretend(scope, NODES, 'debian')
  const { stdout, processor } = await cluster.run('observe $((SHARDS * 2)) >"$OBSERVED"; cat "$OBSERVED"')
  assert.is(stdout.match(/^view \S+ 1-400$/gm)?.length, NODES)
  assert.ok(stdout.length <= BYTES * NODES, `${stdout.length} bytes`)
  assert.ok(processor <= SECONDS, `${processor} s of the processor`)
})

test.run()
