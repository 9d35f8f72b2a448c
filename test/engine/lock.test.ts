import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually } from '../harness/deadline.ts'
import { suite } from '../harness/suite.ts'
import { all, prepare, type Running } from './release.ts'

/** What a preflight does first: it takes the lock from a run that nobody waits for any more, and keeps it. */
const TAKE_OVER = `set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lock.sh"
deadline_in 10
take_lock_over || exit 1
log lock "taken over"
# Short sleeps, because a child of a killed shell keeps its connection open until it ends.
for second in 1 2 3 4 5 6 7 8 9 10; do sleep 0.3; done
holds_lock && log lock "still held"
while :; do sleep 0.3; done
`

const test = suite('the lock', { timeout: 40_000 })

const says = (job: Running, text: string) =>
  eventually(`"${text}" in the log`, { deadline: 10_000, every: 20 }, async (see) => {
    see(job.output())
    return job.output().includes(text) || undefined
  })

for (const layout of ['debian', 'alpine'] as const)
  test(`${layout}: of two runs at once one works and the other waits its turn`, async (_, scope) => {
    const release = await prepare(scope, { layout })
    await release.start(...all(release))
    const jobs = [await release.background('reconcile.sh'), await release.background('reconcile.sh')]
    const codes = await Promise.all(jobs.map((job) => job.ended))
    assert.equal(codes, [0, 0])
    const working = jobs.filter((job) => / step /.test(job.output()))
    assert.is(working.length, 1, jobs.map((job) => job.output()).join('\n---\n'))
  })

test('a holder that is killed leaves the lock to the next', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(0, 1)
  const first = await release.background('reconcile.sh')
  await says(first, 'no answer yet from pod 2')
  const second = await release.background('reconcile.sh')
  await says(second, 'is at work')
  first.process.kill('SIGKILL')
  await says(second, 'held on pod 0')
  await release.start(2)
  assert.is(await second.ended, 0, second.output())
})

test('a holder whose lock is taken over stops changing the cluster until it is free again', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(0, 1)
  const first = await release.background('reconcile.sh')
  await says(first, 'no answer yet from pod 2')
  await writeFile(join(release.folder, 'pod', 'take-over.sh'), TAKE_OVER)
  const taker = await release.background('take-over.sh')
  await says(taker, 'taken over')
  await says(first, 'lost the lock')
  await release.start(2)
  await says(taker, 'still held')
  assert.not.match(first.output(), / step /)
  taker.process.kill('SIGKILL')
  assert.is(await first.ended, 0, first.output())
})

test('the lock is asked for anew after pod 0 was restarted', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await release.start(0, 1)
  const job = await release.background('reconcile.sh')
  await says(job, 'no answer yet from pod 2')
  await release.kill(0)
  await says(job, 'lost the lock')
  await release.start(0, 2)
  assert.is(await job.ended, 0, job.output())
})

test.run()
