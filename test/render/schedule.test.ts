import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { containerOf, flavours, jobOf, type Manifest, podOf, render, the, variable } from './rendered.ts'

const test = suite('the schedule of the reconcile Job', { timeout: 60_000 })

const at = (schedule: string) => ({ jobs: { reconcile: { schedule } } })

for (const flavour of flavours) {
  test(`${flavour} has no CronJob unless it is asked for`, async () => {
    const crons = (await render(flavour)).filter(({ kind }) => kind === 'CronJob')
    assert.equal(crons, [])
  })

  test(`the CronJob of ${flavour} runs one Job at a time, and keeps the last of each kind`, async () => {
    const { metadata, spec } = the(await render(flavour, at('*/10 * * * *')), 'CronJob')
    const { jobTemplate: _, ...rest } = spec
    assert.is(metadata.name, `r-${flavour}-reconcile`)
    assert.is(metadata.annotations, undefined, 'it is no hook, and so goes with its release')
    assert.equal(rest, {
      schedule: '*/10 * * * *',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 1,
    })
  })

  test(`a scheduled run of ${flavour} is the reconcile Job, told so, with the topology beside it, no second try, and no wait for users`, async () => {
    const manifests = await render(flavour, at('@hourly'))
    const cron = the(manifests, 'CronJob')
    const job = the(manifests, 'Job', '-reconcile')
    const without = (one: Manifest, ...names: string[]) => {
      const pod = structuredClone(podOf(one))
      const [container] = pod.spec.containers
      if (container) {
        container.env = container.env.filter(({ name }) => !names.includes(name))
        container.volumeMounts = container.volumeMounts.filter(({ name }) => !names.includes(name))
      }
      pod.spec.volumes = (pod.spec.volumes ?? []).filter(({ name }) => !names.includes(name))
      return pod
    }
    assert.equal(without(cron, 'SCHEDULED', 'WRITES', 'topology'), without(job, 'AWAIT_USERS', 'users'))
    assert.equal({ ...jobOf(cron), template: 0, backoffLimit: 6 }, { ...jobOf(job), template: 0 })
    assert.is(jobOf(cron).backoffLimit, 0)
    const container = containerOf(cron, 'reconcile')
    assert.is(variable(container, 'SCHEDULED'), 'yes')
    assert.is(variable(container, 'WRITES'), 'available')
    assert.ok(container.volumeMounts.some(({ name }) => name === 'topology'))
  })
}

for (const schedule of ['05,*/20 ?  1-7/2 JAN-mar,12 MON-fri', '0 3 * * sun', '@daily', '@every 1h30m'])
  test(`Kubernetes gets the schedule ${schedule} as it was set`, async () => {
    assert.is(the(await render('redis-cluster', at(schedule)), 'CronJob').spec.schedule, schedule)
  })

test.run()
