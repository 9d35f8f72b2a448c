import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('what peers say of a node')

const node = (name: string, flags: string, slots = '') =>
  `${name} 10.0.0.${name.charCodeAt(0)}:6379@16379 ${flags} - 0 0 1 connected ${slots}`.trimEnd()

/** What a peer of the same release answers to each command: a whole cluster that does not know node x. */
const answers = {
  'CLUSTER INFO':
    'cluster_state:ok\ncluster_slots_assigned:16384\ncluster_slots_ok:16384\ncluster_known_nodes:3',
  'CONFIG GET syslog-ident': 'syslog-ident\nnode=n1,zone=z,release=ns/r,revision=1',
  'CLUSTER NODES': [
    node('a', 'myself,master', '0-8191'),
    node('b', 'master', '8192-16383'),
    node('c', 'slave'),
  ].join('\n'),
  PING: 'PONG',
}

/** What `peer_says` makes of those answers, if the peer is silent from one command on, or the client warns of something. */
async function said(
  scope: Scope,
  { from, of = 'x', warning = ':' }: { from?: string; of?: string; warning?: string } = {},
): Promise<string> {
  const work = await folder(scope)
  const cases = Object.entries(answers).map(
    ([command, answer]) => `'${command}') ${command === from ? 'exec sleep 3' : `echo '${answer}'`} ;;`,
  )
  const client = `#!/bin/sh\n${warning}\nwhile read -r command; do case $command in ${cases.join('\n')} esac; done\n`
  await copyPodScripts(work)
  await writeFile(join(work, 'valkey-cli'), client, { mode: 0o755 })
  const script = `
    HERE=${work} PATH=${work}:$PATH ASK_SECONDS=1 POD_NAME=r-0 RELEASE=ns/r
    for part in lib peers; do . "$HERE/$part.sh"; done
    peer_says 10.0.0.97 ${of}`
  return (await must('sh', ['-c', script])).trim()
}

test('a peer that does not list the node, and a peer that does', async (_, scope) => {
  assert.is(await said(scope), 'whole unlisted - serves 2')
  assert.is(await said(scope, { of: 'c' }), 'whole listed - serves 2')
  assert.is(await said(scope, { of: 'a' }), 'twin listed - serves 2')
})

test('a client that warns of something beside the answers changes nothing', async (_, scope) => {
  const warning = "echo 'Warning: Using a password may not be safe.' >&2"
  assert.is(await said(scope, { of: 'c', warning }), 'whole listed - serves 2')
})

test.proves({
  topic: 'Loss and recovery',
  promise:
    'A node’s data is set aside only if most of the masters say that the cluster has forgotten the node',
})
for (const from of Object.keys(answers))
  test(`a peer whose answer ends before ${from} has said nothing`, async (_, scope) => {
    assert.is(await said(scope, { from }), 'silent')
  })

/** Whether node x counts as forgotten after peers have said all this, each in the words of `peer_says`. */
async function isForgotten(scope: Scope, ...peers: string[]): Promise<boolean> {
  const work = await folder(scope)
  await writeFile(join(work, 'said'), peers.map((words, ordinal) => `${ordinal} ${words}\n`).join(''))
  await copyPodScripts(work)
  const script = `
    POD_NAME=r-9
    . ${work}/peers.sh
    hear() { HEARD=${work}/said; }
    if forgotten x; then echo yes; fi`
  return (await must('sh', ['-c', script])).trim() === 'yes'
}

const MASTER = 'whole unlisted - serves 3'
const IDLE = 'whole unlisted - idle 3'

test('forgotten: two of three masters do not list the node, and nobody does', async (_, scope) => {
  assert.ok(await isForgotten(scope, MASTER, MASTER, 'silent', IDLE))
})

for (const [what, peers] of [
  ['one master of three says so', [MASTER, IDLE, IDLE, 'silent']],
  ['two of three say so, but another peer lists the node', [MASTER, MASTER, 'broken listed - idle 3']],
  ['masters say so whose cluster is not whole', ['broken unlisted - serves 3', 'broken unlisted - serves 3']],
  ['nobody says anything', ['silent', 'down']],
] as const)
  test(`not forgotten: ${what}`, async (_, scope) => {
    assert.not(await isForgotten(scope, ...peers))
  })

test('a few peers at a time are others each time, until all had their turn, and never the pod itself', async (_, scope) => {
  const work = await folder(scope)
  await copyPodScripts(work)
  await writeFile(join(work, 'shards'), '100')
  await writeFile(join(work, 'replicas'), '0')
  const script = `
    HERE=${work} TOPOLOGY=${work} POD_NAME=r-70 RELEASE=ns/r
    for part in lib peers; do . "$HERE/$part.sh"; done
    some_peers 70 64; echo; some_peers 134 64`
  const [first = [], second = []] = (await must('sh', ['-c', script]))
    .split('\n\n')
    .map((text) => text.trim().split('\n').map(Number))
  assert.is(first[0], 71)
  assert.is(first.length, 63)
  assert.is(new Set([...first, ...second]).size, 99)
  assert.not.ok([...first, ...second].includes(70))
})

test.run()
