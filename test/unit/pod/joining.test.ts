import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('a node that joins')

const node = (name: string, flags: string, master = '-', slots = '') =>
  `${name} 10.0.0.${name.charCodeAt(0)}:6379@16379 ${flags} ${master} 0 0 1 connected ${slots}`.trimEnd()

const masters = [node('a', 'master', '-', '0-8191'), node('b', 'master', '-', '8192-16383')]
const own = node('x', 'myself,master')

/** What `belong` does: `view` is what the node knows, `peers` what each of its peers does. */
async function belong(scope: Scope, view: string[], peers: string[][]): Promise<string> {
  const work = await folder(scope)
  await copyPodScripts(work)
  const facts = ['role:master', 'cluster_slots_ok:16384', '0']
  await writeFile(join(work, 'said'), `${[...view, ...facts].join('\n')}\n`)
  for (const [peer, lines] of peers.entries())
    await writeFile(join(work, `peer-${peer}`), `${lines.join('\n')}\n`)
  const script = `
    HERE=${work} WORK=${work} POD_IP=own
    for part in nodes view vacancy join; do . "$HERE/$part.sh"; done
    ask_all() { cat ${work}/said; }
    look
    desired() { echo 1; }
    log() { echo "$2"; }
    lock_holder() { :; }
    peers() { echo ${[...peers.keys()].join(' ')}; }
    address_of() { echo "$1"; }
    peer_says() { echo whole listed; }
    ask() {
      case $2 in
        PING) echo PONG ;;
        CLUSTER) case $3 in NODES) cat "${work}/peer-$1" ;; REPLICATE) echo OK ;; MYID) echo "peer-$1" ;; esac ;;
      esac
    }
    belong`
  return (await must('sh', ['-c', script])).trim()
}

/** As a master that has been part of the cluster for long sees it: every node, and itself in the first line. */
const seen = (...others: string[]) => [
  (masters[0] ?? '').replace('master', 'myself,master'),
  masters[1] ?? '',
  node('x', 'master'),
  ...others,
]

test('becomes a replica of the shard that has none', async (_, scope) => {
  const replica = node('r', 'slave', 'a')
  assert.match(await belong(scope, [...masters, own, replica], [seen(replica)]), /becomes a replica of b: OK/)
})

test('waits while it does not know a replica that its peers know', async (_, scope) => {
  assert.is(await belong(scope, [...masters, own], [seen(node('r', 'slave', 'a'))]), '')
})

test('asks on until a master answers that knows it', async (_, scope) => {
  const replica = node('r', 'slave', 'a')
  const asReplica = [...masters, node('x', 'master'), node('r', 'myself,slave', 'a')]
  const unaware = seen(replica).filter((line) => !line.startsWith('x '))
  assert.is(await belong(scope, [...masters, own, replica], [unaware, asReplica]), '')
  assert.match(await belong(scope, [...masters, own, replica], [unaware, seen(replica)]), /replica of b: OK/)
})

test.run()
