import { serverPods, waitUntilReady, waitUntilWhole } from '../../cluster/cluster.ts'
import { startLoad } from '../../cluster/load/start.ts'
import { type Context, sixNodes } from '../../cluster/six-nodes.ts'
import { assertUnnoticed, UNNOTICED } from '../../cluster/unnoticed.ts'
import { kubectl } from '../../kube/kubectl.ts'
import { pause } from '../../runner/deadline.ts'
import { suite } from '../../runner/suite.ts'

const test = suite<Context>('pods deleted at random', {
  timeout: 600_000,
  setup: (scope) => sixNodes(scope, 'random'),
})

const MINUTES = 5

test.proves({
  topic: 'Planned work under load',
  promise: 'Pods deleted at random, with their grace, go unnoticed by clients',
  bound: `${MINUTES} minutes, a pod every ten seconds: ${UNNOTICED}`,
})
test('one every ten seconds for five minutes, with their grace: clients notice nothing', async ({ of }) => {
  const load = await startLoad(of)
  const end = Date.now() + MINUTES * 60_000
  while (Date.now() < end) {
    const pods = await serverPods(of)
    const pod = pods[Math.floor(Math.random() * pods.length)]?.metadata?.name ?? ''
    console.log(new Date().toISOString(), pod)
    await kubectl(of, 'delete', 'pod', pod, '--wait=false')
    await pause(10_000)
  }
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  assertUnnoticed(await load.stop())
})

test.run()
