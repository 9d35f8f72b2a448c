import * as assert from 'uvu/assert'
import type { Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { flavours, podOf, render, scenarios, the, variable, workloads } from './rendered.ts'

const test = suite('the pods of the Jobs', { timeout: 60_000 })

/** The template of each Job's pods, by the part that the Job plays; `scheduled` is what the CronJob makes. */
async function jobPods(flavour: string, { jobs, ...values }: Values) {
  const all = { ...values, jobs: { ...(jobs as Values | undefined), reconcile: { schedule: '@daily' } } }
  const made = workloads(await render(flavour, all)).filter(({ kind }) => kind !== 'StatefulSet')
  const pods = made.map((job) => {
    const part = job.kind === 'CronJob' ? 'scheduled' : job.metadata.name.replace(`r-${flavour}-`, '')
    return [part, podOf(job)] as const
  })
  assert.is(pods.length, 4)
  return pods
}

for (const flavour of flavours) {
  test(`Jobs of ${flavour} have the labels of the whole release and those for Jobs, and their own all the same`, async () => {
    const values = {
      commonLabels: { team: 'payments', 'app.kubernetes.io/component': 'server' },
      jobs: { labels: { 'sidecar.istio.io/inject': 'false', 'app.kubernetes.io/instance': 'other' } },
    }
    for (const [part, { metadata }] of await jobPods(flavour, values))
      assert.equal(metadata.labels, {
        'app.kubernetes.io/name': flavour,
        'app.kubernetes.io/instance': 'r',
        'app.kubernetes.io/component': part === 'scheduled' ? 'reconcile' : part,
        'sidecar.istio.io/inject': 'false',
        team: 'payments',
      })
  })

  test(`Jobs of ${flavour} run where its servers may, and next to any of them`, async () => {
    const values = (await scenarios(flavour)).get('pods told where to go') as Values
    const { affinity } = values.pod as { affinity: { nodeAffinity: object } }
    for (const [part, { spec }] of await jobPods(flavour, values))
      assert.equal(spec.affinity, { nodeAffinity: affinity.nodeAffinity }, part)
    for (const [part, { spec }] of await jobPods(flavour, {})) assert.is(spec.affinity, undefined, part)
  })

  test(`Jobs of ${flavour} are told the zone of each Kubernetes node, and no server restarts for it`, async () => {
    const zones = { 'node-b.example.org': 'zone-2', 'node-a': 'zone-1' }
    const manifests = await render(flavour, { cluster: { zones } })
    for (const job of workloads(manifests).filter(({ kind }) => kind === 'Job')) {
      const [container] = podOf(job).spec.containers
      assert.ok(container)
      assert.is(variable(container, 'ZONES'), 'node-a=zone-1 node-b.example.org=zone-2')
    }
    assert.equal(the(manifests, 'StatefulSet'), the(await render(flavour), 'StatefulSet'))
  })

  test(`the preflight of ${flavour} runs under an account that is there before the release`, async () => {
    const accounts = async (serviceAccount: Values) =>
      Object.fromEntries(
        (await jobPods(flavour, { serviceAccount })).map(([part, { spec }]) => [
          part,
          spec.serviceAccountName,
        ]),
      )
    const all = (name: string) => ({ preflight: name, reconcile: name, scheduled: name, test: name })
    assert.equal(await accounts({ create: false, name: 'redis-sa' }), all('redis-sa'))
    assert.equal(await accounts({ create: false }), all('default'))
    assert.equal(await accounts({}), { ...all(`r-${flavour}`), preflight: 'default' })
    assert.equal(await accounts({ name: 'made' }), { ...all('made'), preflight: 'default' })
  })
}

test.run()
