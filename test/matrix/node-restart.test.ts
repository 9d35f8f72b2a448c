import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { type Context, keysOf, sixNodes } from '../cluster/six-nodes.ts'
import type { Release } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { workers } from '../kube/workers.ts'
import { must } from '../runner/command.ts'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('a Kubernetes node that restarts', {
  timeout: 300_000,
  setup: (scope) => sixNodes(scope, 'reboot'),
})

/** How often the servers' containers on a node have restarted. */
async function restartsOn(of: Release, node: string): Promise<number> {
  const counts = 'jsonpath={.items[*].status.containerStatuses[?(@.name=="server")].restartCount}'
  const servers = [
    '--selector',
    'app.kubernetes.io/component=server',
    `--field-selector=spec.nodeName=${node}`,
  ]
  const answer = await kubectl(of, 'get', 'pods', ...servers, '--output', counts)
  return answer.split(' ').reduce((sum, count) => sum + Number(count), 0)
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A Kubernetes node that restarts leaves the cluster whole, with all keys, without any command',
})
test('the cluster is whole again with all its keys, without any command', async ({ of }) => {
  await writeAndRead(of, 1000)
  const keys = await keysOf(of)
  for (const node of await workers()) {
    const before = await restartsOn(of, node)
    const began = Date.now()
    await must('docker', ['restart', node])
    await eventually(`the servers on ${node} to have restarted`, { deadline: 120_000 }, async (see) => {
      const since = (await restartsOn(of, node)) - before
      see(`${since}`)
      return since >= 3 || undefined
    })
    await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
    console.log(`whole ${((Date.now() - began) / 1000).toFixed(1)} s after ${node} was told to restart`)
    await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
    assert.is(await keysOf(of), keys)
  }
})

test.run()
