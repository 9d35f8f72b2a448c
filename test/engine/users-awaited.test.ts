// depends on: nothing
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { createWithKeys } from '../shared/loopback/cluster.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import type { Running } from '../shared/loopback/processes.ts'
import { as, give } from '../shared/loopback/users.ts'

const test = suite('a user that the reconcile Job waits for', { timeout: 60_000 })

const said = (job: Running, what: RegExp) =>
  eventually(`the Job to say ${what}`, { deadline: 15_000, every: 100 }, async (see) => {
    see(job.output())
    return what.test(job.output()) || undefined
  })

test('is named if it has no password, and so is a pod that does not have the user yet', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await give(release)
  await createWithKeys(release, all(release))
  await give(release, 'shop ~* &* access=application')
  await release.setKey('shop')
  const job = await release.background('reconcile.sh', { AWAIT_USERS: 'yes' })
  await said(job, /wait {5}users without a password: shop: the Secret has no key shop/)
  await release.kill(2)
  await release.setUsers('')
  await release.start(2)
  await give(release, 'shop ~* &* access=application')
  await said(job, /wait {5}the users are not yet those of this release in pods 2;/)
  await release.keep(2)
  assert.is(await job.ended, 0, job.output())
  assert.is(await as(release, 'shop', 'shop', 2)('PING'), 'PONG')
})

test.run()
