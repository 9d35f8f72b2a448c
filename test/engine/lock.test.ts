// depends on: nothing
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import { layouts } from '../shared/loopback/toolbox.ts'
import { hold, ORDINARY, PREFLIGHT, says } from './holding.ts'

const test = suite('the lock', { timeout: 40_000 })

for (const layout of layouts) {
  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'Never do two Jobs change slots and roles at once',
  })
  test(`${layout}: of two runs at once one works and the other waits its turn`, async (_, scope) => {
    const release = await prepare(scope, { layout })
    await release.start(...all(release))
    const jobs = [await release.background('reconcile.sh'), await release.background('reconcile.sh')]
    const codes = await Promise.all(jobs.map((job) => job.ended))
    assert.equal(codes, [0, 0])
    const working = jobs.filter((job) => / step /.test(job.output()))
    assert.is(working.length, 1, jobs.map((job) => job.output()).join('\n---\n'))
  })
}

test('a holder that is killed leaves the lock to the next', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(...all(release))
  const first = await hold(release, ORDINARY)
  await says(first, 'is held')
  const second = await release.background('reconcile.sh')
  await says(second, 'is at work')
  first.process.kill('SIGKILL')
  assert.is(await second.ended, 0, second.output())
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'Never do two Jobs change slots and roles at once',
})
test('a preflight takes the lock over: whoever works on an earlier change ends, and changes nothing more', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(...all(release))
  const first = await hold(release, ORDINARY)
  await says(first, 'is held')
  const second = await release.background('reconcile.sh')
  await says(second, 'is at work')
  const preflight = await hold(release, PREFLIGHT)
  for (const ended of [first, second]) {
    assert.is(await ended.ended, 3, ended.output())
    assert.match(ended.output(), /at work on a newer change of this release: this one ends here/)
    assert.not.match(ended.output(), / step /)
  }
  await says(preflight, 'is held')
  preflight.process.kill('SIGKILL')
  await eventually('its connection to be gone', { deadline: 5000, every: 50 }, async (see) => {
    const clients = await release.ask(0, 'CLIENT', 'LIST')
    see(clients)
    return !clients.includes('topology-preflight') || undefined
  })
  const next = await release.script('reconcile.sh')
  assert.is(next.code, 0, next.stdout)
})

test('the lock is asked for anew after pod 0 was restarted', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(0)
  const job = await hold(release, ORDINARY)
  await says(job, 'is held')
  await release.kill(0)
  await says(job, 'is lost')
  await release.start(0)
  await says(job, 'is lost', 'is held')
})

test.run()
