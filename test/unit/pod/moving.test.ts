import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('how slots move')

const REDIS = 'cluster|migration'
const VALKEY = 'cluster|migrateslots'

// Of the first master the slots 0-9 and 20, of the second the rest.
const OBSERVED = `pod 0 up 10.0.0.1 id0 slots=0-9,20 data=104857600 keys=1000
pod 1 up 10.0.0.2 id1 slots=10-19,21-16383 data=104857600 keys=1000
`

interface Servers {
  /** The commands by which the two servers move slots whole; empty if one has none. */
  knows: [from: string, to: string]
  /** How many slots are to go; all of the first master's if not said. */
  count?: number
  /** What a server answers to the command, and what it then tells of the move. */
  answer: string
  told: string[]
}

/**
 * Moves slots from the first master to the second so many times; returns what the servers and the engine's client were told, and
 * what the run logged.
 */
async function moves(
  scope: Scope,
  times: number,
  { knows: [from, to], count = 11, answer, told }: Servers,
): Promise<{ said: string[]; log: string }> {
  const work = await folder(scope)
  await copyPodScripts(work)
  await writeFile(join(work, 'observed'), OBSERVED)
  await writeFile(join(work, 'plan'), `move id0 id1 ${count}\n`)
  await writeFile(join(work, 'said'), '')
  await writeFile(join(work, 'told'), told.map((line) => `${line}\n`).join(''))
  const script = `
    HERE=${work} WORK=${work} OBSERVED=${work}/observed PLAN=${work}/plan APPLY_ADDRESS=10.0.0.1 ASK_SECONDS=4
    for part in log observe migrate move; do . "$HERE/$part.sh"; done
    OBSERVED=${work}/observed
    ask() {
      case "$*" in
        '10.0.0.1 COMMAND'*) echo '${from}' ;;
        '10.0.0.2 COMMAND'*) echo '${to}' ;;
        *STATUS* | *GETSLOT*) cat "$WORK/told" ;;
        *) echo "$*" >>"$WORK/said"; echo '${answer}' ;;
      esac
    }
    cluster_client() { echo "$*" >>"$WORK/said"; }
    for _ in $(seq ${times}); do move id0 id1 ${count}; done`
  const log = await must('sh', ['-c', script])
  return { said: (await readFile(join(work, 'said'), 'utf8')).trim().split('\n'), log }
}

const done = { answer: 'c0fad2fa390bed04c1b10f46e0a06bbb1547d388', told: ['state', 'completed'] }

test('whole where both servers can: Redis is told at the new master', async (_, scope) => {
  const { said, log } = await moves(scope, 1, { knows: [REDIS, REDIS], ...done })
  assert.equal(said, ['10.0.0.2 CLUSTER MIGRATION IMPORT 0 9 20 20'])
  assert.match(log, /11 of 11 slots moved whole, now from pod 0 to pod 1/)
})

test('whole where both servers can: Valkey is told at the old master', async (_, scope) => {
  const valkey = { knows: [VALKEY, VALKEY] as [string, string], answer: 'OK', told: ['state', 'success'] }
  const { said, log } = await moves(scope, 1, valkey)
  assert.equal(said, ['10.0.0.1 CLUSTER MIGRATESLOTS SLOTSRANGE 0 9 20 20 NODE id1'])
  assert.match(log, /11 of 11 slots moved whole/)
})

test('of a range no more than are to go', async (_, scope) => {
  const { said } = await moves(scope, 1, { knows: [REDIS, REDIS], count: 5, ...done })
  assert.equal(said, ['10.0.0.2 CLUSTER MIGRATION IMPORT 0 4'])
})

test('else key by key, in batches of about a megabyte', async (_, scope) => {
  for (const knows of [
    ['', ''],
    [REDIS, ''],
    ['', REDIS],
  ] as [string, string][]) {
    const { said } = await moves(scope, 1, { knows, ...done })
    assert.equal(said, [
      '120 reshard 10.0.0.1 --cluster-from id0 --cluster-to id1 --cluster-slots 11 --cluster-yes --cluster-pipeline 10',
    ])
  }
})

test('what a server says against it is logged', async (_, scope) => {
  const refused = { ...done, answer: 'ERR all slot states must be STABLE' }
  const { log } = await moves(scope, 1, { knows: [REDIS, REDIS], ...refused })
  assert.match(log, /11 slots from pod 0 to pod 1: ERR all slot states must be STABLE\n$/)
})

test('a move that failed is told with its reason, and is not counted as moved', async (_, scope) => {
  const told = ['state', 'failed', 'last_error', 'the buffer is full']
  const { log } = await moves(scope, 1, { knows: [REDIS, REDIS], ...done, told })
  assert.match(log, /11 slots from pod 0 to pod 1: failed: the buffer is full\n$/)
})

test('a server that has forgotten the move ends the wait for it', async (_, scope) => {
  const { log } = await moves(scope, 1, { knows: [REDIS, REDIS], ...done, told: [] })
  assert.match(log, /11 slots from pod 0 to pod 1: the server tells nothing of the move\n$/)
})

test('after each failure fewer slots go at once, after three in a row key by key, and the log says so', async (_, scope) => {
  const told = ['state', 'failed', 'message', 'too many writes']
  const { said, log } = await moves(scope, 5, { knows: [VALKEY, VALKEY], answer: 'OK', told })
  assert.equal(
    said.map((line) => line.split(' ')[1]),
    ['CLUSTER', 'CLUSTER', 'CLUSTER', 'reshard', 'reshard'],
  )
  assert.match(said[3] ?? '', /--cluster-slots 8 /)
  const [, , third = '', fourth = ''] = log.split('\n')
  assert.match(third, /failed: too many writes; from now on slots go key by key/)
  assert.match(fourth, /slots moved, now/)
})

test.run()
