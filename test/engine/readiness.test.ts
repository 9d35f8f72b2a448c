// depends on: protocol
import { rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { eventually, pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'

const test = suite('readiness in a cluster', { timeout: 30_000 })

test('a new pod is not ready as long as one other knows a cluster, whoever else does not run', async (_, scope) => {
  const release = await prepare(scope, { replicas: 1 })
  await release.start(...all(release))
  assert.is((await release.script('reconcile.sh')).code, 0)
  await release.kill(1, 2, 3, 4, 5)
  await rm(release.data(5), { recursive: true })
  await release.start(5)
  // Each second the probe asks others first.
  for (let round = 0; round < 5; round++) {
    assert.is.not((await release.script('probe.sh', ['readiness'], { ORDINAL: '5' })).code, 0)
    await pause(1000)
  }
})

test('readiness comes with the cluster, stays when another shard falls, and is earned anew by a new process', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(...all(release))
  const ready = async (ordinal: number) =>
    (await release.script('probe.sh', ['readiness'], { ORDINAL: `${ordinal}` })).code === 0
  assert.is((await release.script('reconcile.sh')).code, 0)
  for (const ordinal of all(release)) assert.ok(await ready(ordinal), `pod ${ordinal}`)

  await release.kill(1)
  await release.kill(2)
  await eventually('pod 0 to see the others fall', { deadline: 15_000 }, async (see) => {
    const info = await release.ask(0, 'CLUSTER', 'INFO')
    see(info)
    return info.includes('cluster_state:fail') || undefined
  })
  assert.ok(await ready(0), 'pod 0 stays ready')
  await release.kill(0)
  await release.start(0)
  assert.not.ok(await ready(0), 'pod 0 is a new process in a cluster that failed')
})

test.run()
