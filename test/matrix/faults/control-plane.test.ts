import * as assert from 'uvu/assert'
import { parseClusterNodes, parseInfo } from '../../../generator/cluster/nodes.ts'
import { type View, whyNotWhole } from '../../../generator/cluster/whole.ts'
import { waitUntilReady, waitUntilWhole } from '../../cluster/cluster.ts'
import { errorsOf, notKept, silenceWithin } from '../../cluster/load/judge.ts'
import { startLoad } from '../../cluster/load/start.ts'
import {
  runBeside,
  type ServerProcess,
  serverProcess,
  signalServer,
} from '../../cluster/processes-in-nodes.ts'
import { type Context, sixNodes } from '../../cluster/six-nodes.ts'
import { stopKubernetes } from '../../kube/control-plane.ts'
import { eventually, pause } from '../../runner/deadline.ts'
import { suite } from '../../runner/suite.ts'

const test = suite<Context>('Kubernetes itself gone: its API, scheduler, controllers, kubelets and CoreDNS', {
  timeout: 1_200_000,
  setup: (scope) => sixNodes(scope, 'control'),
})

const MINUTES = 10
/** Seconds until servers that were all killed are a whole cluster again. */
const WHOLE = 30

/** What a server says of the cluster, asked from its Kubernetes node. */
async function viewOf(server: ServerProcess): Promise<View> {
  const said = await runBeside(server, "$cli CLUSTER NODES; printf '\\001'; $cli INFO replication")
  const [nodes = '', replication = ''] = said.replaceAll('\r', '').split('\u0001')
  return {
    pod: server.pod,
    place: server.place,
    nodes: parseClusterNodes(nodes),
    replication: parseInfo(replication),
  }
}

/** Waits until all servers are a whole cluster, without the Kubernetes API; returns for how many seconds. */
async function untilWholeAlone(servers: ServerProcess[]): Promise<number> {
  const began = Date.now()
  await eventually('the servers to be whole', { deadline: 120_000 }, async (see) => {
    const reason = whyNotWhole(await Promise.all(servers.map(viewOf)), servers.length)
    if (reason) see(reason)
    return reason ? undefined : true
  })
  return (Date.now() - began) / 1000
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'Kubernetes itself may be gone',
  bound: `${MINUTES} minutes without an error at a client; all servers killed meanwhile are whole again within ${WHOLE} s, and no acknowledged write is lost`,
})
test('ten minutes: no client notices; all servers killed once, kubelets back and the API still away: whole by itself, nothing lost', async ({
  of,
}, scope) => {
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const members = shards.flatMap(({ master, replicas }) => [master, ...replicas])
  const servers = await Promise.all(members.map((member) => serverProcess(of, member)))
  const load = await startLoad(of)
  const gone = Date.now()
  const kubernetes = await stopKubernetes(scope)
  await pause(MINUTES * 60_000)
  await kubernetes.wakeKubelets()
  await pause(10_000)

  const killed = Date.now()
  await Promise.all(servers.map((server) => signalServer(server, 'KILL')))
  const seconds = await untilWholeAlone(servers)
  console.log(`all servers killed, and whole again ${seconds.toFixed(1)} s later`)
  assert.ok(seconds <= WHOLE, `whole after ${seconds} s`)
  await pause(10_000)

  await kubernetes.end()
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const report = await load.stop()
  const before = errorsOf(report, { to: killed })
  assert.equal(before, [])
  const silence = silenceWithin(report, { from: gone, to: killed })
  console.log(`without Kubernetes no shard was silent for longer than ${silence} ms`)
  assert.ok(silence <= 500, `a shard was silent for ${silence} ms`)
  assert.equal(notKept(report), [])
})

test.run()
