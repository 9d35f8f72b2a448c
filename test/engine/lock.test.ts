// depends on: nothing
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import type { Running } from '../shared/loopback/processes.ts'
import { layouts } from '../shared/loopback/toolbox.ts'

/** A run of its own that takes the lock as `kind` does, says so, and says when it has lost it and when it has it again. */
const holding = (kind: string) => `set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/lock.sh"
${kind}
deadline_in 30
while before_deadline; do
  take || exit 3
  log lock "is held"
  # Short sleeps, because a child of a killed shell keeps its connection open until it ends.
  while holds_lock; do sleep 0.2; done
  log lock "is lost"
  release_lock
done
`
const ORDINARY = holding('take() { take_lock; }')
const PREFLIGHT = holding('act_as_preflight; take() { take_lock_over; }')

const test = suite('the lock', { timeout: 40_000 })

/** Waits until a run has said these, one after the other. */
const says = (job: Running, ...texts: string[]) =>
  eventually(`"${texts.join('" and then "')}" in the log`, { deadline: 10_000, every: 20 }, async (see) => {
    const said = job.output()
    see(said)
    const ends = texts.reduce((from, text) => (from < 0 ? from : said.indexOf(text, from)), 0)
    return ends >= 0 || undefined
  })

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

async function hold(release: Loopback, script: string): Promise<Running> {
  const name = `hold-${Math.random()}.sh`
  await writeFile(join(release.folder, 'pod', name), script)
  return release.background(name)
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
