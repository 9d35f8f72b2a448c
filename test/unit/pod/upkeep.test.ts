import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('the keeper on its pod’s volume')

const [own, other] = ['a'.repeat(40), 'b'.repeat(40)]

/** nodes.conf, or what CLUSTER NODES says, of a node that is master or replica of the other. */
const nodesOf = (role: 'master' | 'slave', time = 0) =>
  [
    `${own} 10.0.0.1:6379@16379 myself,${role} ${role === 'slave' ? other : '-'} 0 ${time} 1 connected${role === 'master' ? ' 0-16383' : ''}`,
    `${other} 10.0.0.2:6379@16379 master - 0 ${time} 2 connected`,
    'vars currentEpoch 2 lastVoteEpoch 0',
  ].join('\n')

interface Round {
  /** What the server answers. */
  says: string
  /** What it has written by then. */
  wrote: string
}

/** Lets a keeper look and keep its copy, round by round; returns the copy, and how often nodes.conf was read, after each. */
async function keep(scope: Scope, rounds: Round[]): Promise<{ copy: string; reads: number }[]> {
  const work = await folder(scope)
  await copyPodScripts(work)
  // A server that cannot read what is not there.
  const server = `grep -q connected ${work}/trial/nodes.conf || echo 'corrupted cluster config file'; exit 1`
  await writeFile(join(work, 'server'), `#!/bin/sh\n${server}\n`, { mode: 0o755 })
  for (const [i, { says, wrote }] of rounds.entries()) {
    await writeFile(join(work, `says-${i}`), `${says}\ncluster_slots_assigned:16384\n0\n`)
    await writeFile(join(work, `wrote-${i}`), `${wrote}\n`)
  }
  const script = `
    HERE=${work} WORK=${work} DATA=${work} POD_IP=own SERVER=${work}/server
    for part in nodes usable view upkeep; do . "$HERE/$part.sh"; done
    ask_all() { cat "$WORK/says-$ROUND"; }
    nodes() { echo read >>"$WORK/reads"; awk -f "$HERE/nodes.awk"; }
    for ROUND in ${[...rounds.keys()].join(' ')}; do
      cp "$WORK/wrote-$ROUND" "$DATA/nodes.conf"
      look
      : >"$WORK/reads"
      keep_copy
      cp "$DATA/nodes.conf.kept" "$WORK/kept-$ROUND"
      cp "$WORK/reads" "$WORK/reads-$ROUND"
    done`
  await must('sh', ['-c', script])
  return Promise.all(
    [...rounds.keys()].map(async (i) => ({
      copy: (await readFile(join(work, `kept-${i}`), 'utf8')).trimEnd(),
      reads: (await readFile(join(work, `reads-${i}`), 'utf8')).split('\n').length - 1,
    })),
  )
}

test('a copy of nodes.conf is kept, and as long as nothing changes the file is not even read', async (_, scope) => {
  const rounds = [1, 2, 3, 4, 5].map((time) => ({
    says: nodesOf('master', time),
    wrote: nodesOf('master', time),
  }))
  const kept = await keep(scope, rounds)
  assert.ok(
    kept.every(({ copy }) => copy === nodesOf('master', 1)),
    'when a peer was last heard is nothing new',
  )
  assert.equal(
    kept.map(({ reads }) => reads > 0),
    [true, true, true, false, false],
  )
})

test('the copy follows what the node is, also where the server answers before it writes', async (_, scope) => {
  const [before, after] = [nodesOf('master'), nodesOf('slave')]
  const still = Array.from({ length: 4 }, () => ({ says: before, wrote: before }))
  const kept = await keep(scope, [
    ...still,
    { says: after, wrote: before },
    { says: after, wrote: after },
    { says: before, wrote: after },
    { says: before, wrote: before },
  ])
  assert.equal(
    kept.slice(4).map(({ copy }) => copy),
    [before, after, after, before],
  )
})

for (const [what, damage] of [
  ['half an id', (text) => text.replaceAll(other, other.slice(0, 20))],
  ['a line less', (text) => text.replace(/^b.*\n/m, '')],
  ['no end', (text) => text.replace(/^vars.*/m, '')],
  ['what the server says that it cannot read', (text) => text.replaceAll('connected', 'conn')],
] as [string, (text: string) => string][])
  test(`a file with ${what} is not kept, and the copy that is there stays`, async (_, scope) => {
    const [before, after] = [nodesOf('master'), nodesOf('slave')]
    const damaged = damage(after)
    const kept = await keep(scope, [
      { says: before, wrote: before },
      { says: after, wrote: damaged },
      { says: after, wrote: damaged },
      { says: after, wrote: after },
    ])
    assert.equal(
      kept.map(({ copy }) => copy),
      [before, before, before, after],
    )
  })

test.run()
