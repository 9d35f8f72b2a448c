import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('what a pod that starts asks its peers')

const id = (digit: number) => `${digit}`.repeat(40)
const line = (node: number, flags: string) =>
  `${id(node)} 10.0.0.${node}:6379@16379 ${flags} - 0 1 1 connected 0-100`

/** What pod 1 says: it is one node, and has been answered by another. */
const ANSWER = [
  'cluster_state:ok',
  'syslog-ident',
  'node=n1,revision=1,release=test/r,',
  line(1, 'myself,master'),
  line(3, 'master'),
]

/**
 * What a shell prints that sourced the start's scripts in pod 0 of four. Pod 1 answers, pod 2 keeps silent, and pod 3 has no name;
 * `asked` prints how often a peer was asked.
 */
async function inPod(scope: Scope, script: string, answer = [...ANSWER, 'PONG']): Promise<string> {
  const work = await folder(scope)
  await copyPodScripts(work)
  const topology = join(work, 'topology')
  await mkdir(topology)
  await writeFile(join(topology, 'shards'), '2')
  await writeFile(join(topology, 'replicas'), '1')
  await writeFile(join(work, 'answer'), `${answer.join('\n')}\n`)
  const programs = {
    getent: 'case $2 in r-1.*) echo "10.0.0.1 $2" ;; r-2.*) echo "10.0.0.2 $2" ;; *) exit 2 ;; esac',
    'redis-cli': `cat >/dev/null; echo "$2" >>${work}/asked; [ "$2" != 10.0.0.1 ] || cat ${work}/answer`,
  }
  for (const [name, body] of Object.entries(programs))
    await writeFile(join(work, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  const shell = `
    set -u
    HERE=${work} WORK=${work} DATA=${work} TOPOLOGY=${topology} PATH=${work}:$PATH
    RESOLV_CONF=/dev/null NAME=r SERVICE=r-headless RELEASE=test/r POD_NAME=r-0 POD_IP=10.0.0.9
    for part in lib peers space mark usable nodes-conf addresses; do . "$HERE/$part.sh"; done
    SAID=$WORK/said
    asked() { grep -c "^$1$" ${work}/asked; }
    ${script}`
  return (await must('sh', ['-c', shell])).trim()
}

test('whoever has said where the others are is not asked again, and nor is a silent peer', async (_, scope) => {
  const said = await inPod(
    scope,
    `standing ${id(3)} 16; ask_for_addresses; asked 10.0.0.1; asked 10.0.0.2; cat "$ADDRESSES"`,
  )
  const told = ['named', `is ${id(1)} 10.0.0.1:6379@16379`, `seen ${id(3)} 10.0.0.3:6379@16379`]
  assert.equal(said.split('\n').slice(0, 3), ['joined', '1', '1'])
  assert.equal(said.split('\n').slice(3), told)
})

test('after a wait all are asked anew', async (_, scope) => {
  assert.is(
    await inPod(
      scope,
      `standing ${id(3)} 16 >/dev/null; forget_answers; ask_for_addresses; asked 10.0.0.1; asked 10.0.0.2`,
    ),
    '2\n2',
  )
})

test('an answer that was cut short, or is another release’s, tells no address, but names resolve', async (_, scope) => {
  const told = (answer: string[]) => inPod(scope, 'ask_for_addresses; cat "$ADDRESSES"', answer)
  assert.is(await told(ANSWER), 'named')
  const others = ANSWER.map((text) => text.replace('test/r', 'test/other'))
  assert.is(await told([...others, 'PONG']), 'named')
})

test('what all peers say is not kept: of a thousand it would fill the volume', async (_, scope) => {
  const script = `forgotten ${id(3)}; asked 10.0.0.1; ls "$WORK" | grep -c '^said' || :`
  assert.is(await inPod(scope, script), '1\n0')
})

test('a pod that waits until it can tell how it stands goes by the last answers alone', async (_, scope) => {
  const whole = ['cluster_slots_ok:16384', ...ANSWER, 'PONG']
  const script = `
    . "$HERE/volume.sh"
    # Pod 1 loses its name while this pod waits.
    sleep() { echo 'exit 2' >"$WORK/getent"; deadline_in 0; }
    log() { :; }
    await_standing ${id(4)}; told "$SAID".[0-9]*`
  assert.is(await inPod(scope, script, whole), '')
})

test('a pod that waited for a failover asks all anew', async (_, scope) => {
  const script = `
    . "$HERE/replacement.sh"
    standing ${id(3)} 16 >/dev/null
    setting() { echo 1000; }
    # The slots have their new owner at the second look.
    owns_slots() { if [ -e "$WORK/looked" ]; then echo no; else : >"$WORK/looked"; echo yes; fi; }
    await_failover id ${id(4)} 'lost its data' >/dev/null; ask_for_addresses; asked 10.0.0.1`
  assert.is(await inPod(scope, script), '2')
})

test('a resolver that keeps silent costs a second', async (_, scope) => {
  const script = `
    printf '#!/bin/sh\nexec sleep 5\n' >"$WORK/getent"
    began=$(hundredths); ask_for_addresses; echo $(($(hundredths) - began)); wc -c <"$ADDRESSES"`
  const [took, bytes] = (await inPod(scope, script)).split('\n').map(Number)
  assert.is(bytes, 0)
  assert.ok(took !== undefined && took < 180, `${took} hundredths`)
})

test.run()
