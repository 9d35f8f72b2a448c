// needs: mawk
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('whether the engine’s rejoin delay is cut short')

interface Seen {
  address?: string
  flags?: string
  master?: string
  epoch?: number
  link?: string
  slots?: string
}

const CLUSTER: Record<string, Seen> = {
  a: { flags: 'master', epoch: 1, slots: '0-8191' },
  b: { flags: 'master', epoch: 2, slots: '8192-16383' },
  r: { flags: 'slave', master: 'a', epoch: 1 },
  s: { flags: 'slave', master: 'b', epoch: 2 },
}
const addressOf = (name: string) => `10.0.0.${name.charCodeAt(0)}`

/** What one node says; `otherwise` is what it says of nodes that is not as the others have it. */
function view(own: string, otherwise: Record<string, Seen> = {}): string[] {
  const names = new Set([...Object.keys(CLUSTER), ...Object.keys(otherwise)])
  return [...names].map((name) => {
    const said = { address: addressOf(name), master: '-', link: 'connected', slots: '', ...CLUSTER[name] }
    const { address, flags, master, epoch, link, slots } = { ...said, ...otherwise[name] }
    const all = name === own ? `myself,${flags}` : flags
    return `${name} ${address}:6379@16379 ${all} ${master} 0 0 ${epoch} ${link} ${slots}`.trim()
  })
}

interface Pod {
  otherwise?: Record<string, Seen>
  current?: number
  lines?: string[]
}

const answer = (name: string, { otherwise, current = 5, lines }: Pod = {}) =>
  lines ?? [`cluster_current_epoch:${current}`, ...view(name, otherwise), 'PONG']

interface Situation {
  pods?: Record<string, Pod>
  state?: string
  role?: string
  size?: number
  uptime?: number
  /** For how many hundredths of a second the server has answered, and the pods take to. */
  since?: number
  takes?: number
  kept?: boolean
  /** A node that this pod's server had not heard of a moment before. */
  unknown?: string
}

/** What the keeper of master a says to its server's container, and what it logs. */
async function told(scope: Scope, of: Situation = {}): Promise<string> {
  const { pods = {}, state = 'fail', role = 'master', size = 4, uptime = 4, since = 300, takes = 20 } = of
  const work = await folder(scope)
  await copyPodScripts(work)
  for (const name of Object.keys(CLUSTER)) {
    const file = join(work, `says-${addressOf(name)}`)
    await writeFile(file, `${answer(name, pods[name]).join('\n')}\n`)
  }
  if (of.kept !== false) await writeFile(join(work, 'nodes.conf.kept'), '')
  const own = [
    `role:${role}`,
    `cluster_state:${state}`,
    'cluster_slots_ok:16384',
    'cluster_slots_assigned:16384',
  ]
  const known = view('a', pods.a?.otherwise).filter((line) => !line.startsWith(`${of.unknown} `))
  const facts = [...known, ...own, `uptime_in_seconds:${uptime}`, '0']
  await writeFile(join(work, 'said'), `${facts.join('\n')}\n`)
  const script = `
    HERE=${work} WORK=${work} RUN=${work} DATA=${work} POD_IP=${addressOf('a')}
    for part in nodes rejoin view delay; do . "$HERE/$part.sh"; done
    ask_all() { cat ${work}/said; }
    look
    ask_all() { cat "${work}/says-$1"; echo ${takes} >>${work}/asked; }
    desired_size() { echo ${size}; }
    log() { echo "$2"; }
    hundredths() { if [ -e ${work}/asked ]; then echo $((${since} + ${takes})); elif [ -n "$DELAY_SINCE" ]; then echo ${since}; else echo 0; fi; }
    timeout() { set -- $4; echo "tells $2"; }
    mkfifo "$REJOIN"
    look_after_delay`
  return (await must('sh', ['-c', script])).trim()
}

const agreed = /all 4 pods say the same[^\n]*\ntells now$/

test('if all pods say the same of every node and slot, it is', async (_, scope) => {
  assert.match(await told(scope), agreed)
})

const contradictions: [name: string, pods: Record<string, Pod>, doubt: RegExp][] = [
  ['one pod is silent', { s: { lines: [] } }, /10\.0\.0\.115 gives no whole answer/],
  ['one is loading its data', { r: { lines: ['LOADING Redis is loading'] } }, /gives no whole answer/],
  ['an answer is cut short', { s: { lines: answer('s').slice(0, -1) } }, /gives no whole answer/],
  [
    'the replica says that it has taken over',
    {
      r: { otherwise: { r: { flags: 'master', master: '-', epoch: 6, slots: '0-8191' }, a: { slots: '' } } },
    },
    /10\.0\.0\.114 says otherwise of node/,
  ],
  [
    'one names another epoch for the same owner',
    { b: { otherwise: { a: { epoch: 7 } } } },
    /says otherwise of node a/,
  ],
  ['one knows of an election that is open', { s: { current: 6 } }, /knows of another election/],
  [
    'one calls this master failed',
    { r: { otherwise: { a: { flags: 'master,fail?' } } } },
    /calls node a master,fail\?/,
  ],
  ['one shakes hands', { r: { otherwise: { b: { flags: 'handshake' } } } }, /calls node b handshake/],
  [
    'one has no connection to this master',
    { b: { otherwise: { a: { link: 'disconnected' } } } },
    /no connection to node a/,
  ],
  [
    'one knows this master somewhere else',
    { b: { otherwise: { a: { address: '10.9.9.9' } } } },
    /says otherwise of node a/,
  ],
  [
    'one knows a node that the others do not',
    { b: { otherwise: { n: { flags: 'master', epoch: 0 } } } },
    /says otherwise of node n/,
  ],
  [
    'one does not know a node',
    { b: { lines: answer('b').filter((line) => !line.startsWith('s ')) } },
    /knows 3 nodes/,
  ],
  ['another node answers at a pod’s address', { s: { lines: answer('r') } }, /is to be found at/],
]

for (const [name, pods, doubt] of contradictions)
  test(`if ${name}, the engine’s delay stands`, async (_, scope) => {
    const said = await told(scope, { pods })
    assert.match(said, doubt)
    assert.not.match(said, 'tells')
  })

const others: [name: string, situation: Situation][] = [
  ['this pod sees something wrong itself', { pods: { a: { otherwise: { r: { flags: 'slave,fail' } } } } }],
  ['this server is a replica', { role: 'slave' }],
  ['there are more pods than nodes', { size: 5 }],
  ['the engine’s first two seconds are not over', { since: 200 }],
  ['the pods took more than a second', { takes: 101 }],
  ['a cluster is being created', { kept: false }],
  ['a node was heard of only while the others were asked', { unknown: 's' }],
]

for (const [name, situation] of others)
  test(`if ${name}, the engine’s delay stands`, async (_, scope) => {
    assert.not.match(await told(scope, situation), 'tells')
  })

test('once all is well it is not, whatever comes later; but a server that has just started says so of itself alone', async (_, scope) => {
  assert.is(await told(scope, { state: 'ok', uptime: 10 }), 'tells later')
  assert.is(await told(scope, { state: 'ok', uptime: 9 }), '')
})

test.run()
