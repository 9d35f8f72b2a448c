import { dump, loadAll } from 'js-yaml'
import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { startLoad } from '../cluster/load/start.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { type Release, release, template } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { must } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'

const test = suite('applied as Argo CD does: rendered without a cluster, in phases', { timeout: 400_000 })

interface Manifest {
  kind: string
  metadata: { name: string; annotations?: Record<string, string> }
}

const SECRET = 'own-password'

/** The phases of a sync: Argo CD takes Helm's hooks for its own, and knows no difference between install and upgrade. */
const phases: [name: string, belongs: (hook: string) => boolean][] = [
  ['PreSync', (hook) => /pre-install|pre-upgrade/.test(hook)],
  ['Sync', (hook) => hook === ''],
  ['PostSync', (hook) => /post-install|post-upgrade/.test(hook)],
]

async function sync(of: Release, shards: number): Promise<void> {
  const values = await smallValues(of.flavour, { auth: { existingSecret: SECRET }, cluster: { shards } })
  const rendered = await template(of.flavour, values, { name: of.name, args: ['--namespace', of.namespace] })
  assert.is(rendered.code, 0, rendered.stderr)
  const manifests = loadAll(rendered.stdout).filter(Boolean) as Manifest[]
  const kubectl = (args: string[], input?: string) =>
    must('kubectl', ['--namespace', of.namespace, ...args], {
      deadline: 300_000,
      ...(input ? { input } : {}),
    })
  for (const [, belongs] of phases) {
    const phase = manifests.filter(({ metadata }) => belongs(metadata.annotations?.['helm.sh/hook'] ?? ''))
    const jobs = phase.filter(({ kind }) => kind === 'Job').map(({ metadata }) => `job/${metadata.name}`)
    if (jobs.length) await kubectl(['delete', '--ignore-not-found', '--wait', ...jobs])
    await kubectl(['apply', '--filename', '-'], phase.map((one) => dump(one)).join('---\n'))
    for (const job of jobs) await kubectl(['wait', job, '--for=condition=complete', '--timeout=240s'])
    // Argo CD goes on when all of a phase is healthy: a StatefulSet that is rolled out.
    for (const { kind, metadata } of phase)
      if (kind === 'StatefulSet')
        await kubectl(['rollout', 'status', `statefulset/${metadata.name}`, '--timeout=240s'])
  }
}

test.proves({
  topic: 'Scaling',
  promise: 'Rendered without a cluster and applied in Argo CD’s phases, the chart installs and scales',
  bound: UNNOTICED,
})
test('the first sync makes a cluster; others scale it out and in under load', async (_, scope) => {
  const of = release('redis-cluster', await freshNamespace(scope, 'argo'))
  await must('kubectl', [
    '--namespace',
    of.namespace,
    'create',
    'secret',
    'generic',
    SECRET,
    '--from-literal=password=of-my-own',
  ])
  await sync(of, 3)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const load = await startLoad(of, { secret: SECRET })
  await sync(of, 4)
  await waitUntilWhole(of, { nodes: 8, deadline: 30_000 })
  await sync(of, 3)
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  assertUnnoticed(await load.stop())
})

test.run()
