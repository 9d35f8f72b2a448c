// needs: helm4 kubeconform
import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { kubeconform, kubernetesVersions } from '../kube/kubeconform.ts'
import { suite } from '../runner/suite.ts'
import { podScripts } from '../shared/pod-scripts.ts'
import {
  containerOf,
  flavours,
  type Manifest,
  objects,
  podOf,
  render,
  renderText,
  scenarios,
  shipped,
  the,
  workloads,
} from './rendered.ts'
import { unrestricted } from './restricted.ts'

const test = suite('rendered manifests', { timeout: 60_000 })

for (const flavour of flavours) {
  for (const [name, values] of await scenarios(flavour)) {
    test.proves({
      topic: 'Install and remove',
      promise:
        'The manifests are valid for the oldest and the newest Kubernetes, and the same from Helm 3 and 4',
    })
    test(`${flavour} with ${name} is valid for the oldest and the newest Kubernetes, and the same from either Helm`, async () => {
      const text = await renderText(flavour, values)
      for (const version of kubernetesVersions) assert.equal(await kubeconform(text, version), [], version)
      // Where the password is generated no two renderings have the same.
      const lasting = (rendered: string) => objects(rendered).filter(({ kind }) => kind !== 'Secret')
      const key = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`
      const sorted = (rendered: string) => lasting(rendered).sort((a, b) => key(a).localeCompare(key(b)))
      assert.equal(sorted(await renderText(flavour, values, { helm: 'helm4' })), sorted(text))
    })
  }

  test.proves({
    topic: 'Security',
    promise: 'Every pod meets the restricted Pod Security Standard, and gets no token for the Kubernetes API',
  })
  test(`every pod of ${flavour} meets the restricted standard, with a root file system it cannot write`, async () => {
    const withSchedule: string[] = []
    for (const [name, values] of await shipped(flavour)) {
      const found = workloads(await render(flavour, values))
      const kinds = found.map(({ kind }) => kind).filter((kind) => kind !== 'CronJob')
      assert.equal(kinds.sort(), ['Job', 'Job', 'Job', 'StatefulSet'])
      if (kinds.length < found.length) withSchedule.push(name)
      assert.equal(found.flatMap(unrestricted), [], name)
    }
    assert.equal(withSchedule, ['ci/two-replicas-values.yaml'])
  })

  test(`a container of ${flavour} that does not meet the standard is found, wherever it stands`, async () => {
    const other = (name: string) => ({ name, image: 'other:1' })
    const pod = { extraInitContainers: [other('before')], extraContainers: [other('beside')] }
    const lacks = ['allowPrivilegeEscalation', 'readOnlyRootFilesystem', 'capabilities']
    assert.equal(
      workloads(await render(flavour, { pod })).flatMap(unrestricted),
      ['before', 'beside'].flatMap((name) =>
        lacks.map((key) => `StatefulSet r-${flavour}: ${name} lacks ${key}`),
      ),
    )
    const contexts = {
      securityContext: { runAsNonRoot: false },
      containerSecurityContext: { readOnlyRootFilesystem: false },
    }
    const bare = workloads(await render(flavour, { pod: contexts })).flatMap(unrestricted)
    assert.is(bare.length, 4 + 5, bare.join('\n'))
  })

  test(`no Service, budget or StatefulSet of ${flavour} takes a Job’s pod for a server`, async () => {
    const manifests = await render(flavour, { jobs: { reconcile: { schedule: '@daily' } } })
    const selectors = manifests.map(({ kind, spec }) => {
      if (kind === 'Service') return spec.selector
      return (spec?.selector as { matchLabels?: unknown } | undefined)?.matchLabels
    })
    const used = selectors.filter((selector) => selector !== undefined) as Record<string, string>[]
    assert.is(used.length, 4)
    const matches = (labels: Record<string, string>) =>
      used.filter((selector) => Object.entries(selector).every(([key, value]) => labels[key] === value))
        .length
    for (const workload of workloads(manifests))
      assert.is(
        matches(podOf(workload).metadata.labels),
        workload.kind === 'StatefulSet' ? used.length : 0,
        workload.metadata.name,
      )
  })
}

test.proves({
  topic: 'Another version of the engine',
  promise: 'Names, selectors and ports stay, so that an upgrade never needs a new release',
})
test('names, selectors and ports are those that no upgrade can change', async () => {
  for (const flavour of flavours) {
    const manifests = await render(flavour)
    const set = the(manifests, 'StatefulSet')
    assert.is(set.metadata.name, `r-${flavour}`)
    assert.is(set.spec.serviceName, `r-${flavour}-headless`)
    assert.equal(set.spec.selector, {
      matchLabels: {
        'app.kubernetes.io/name': flavour,
        'app.kubernetes.io/instance': 'r',
        'app.kubernetes.io/component': 'server',
      },
    })
    assert.equal(containerOf(set, 'server').ports, [
      { name: 'client', containerPort: 6379 },
      { name: 'gossip', containerPort: 16379 },
    ])
    const [claim] = set.spec.volumeClaimTemplates as { metadata: { name: string } }[]
    assert.is(claim?.metadata.name, 'data')
    assert.is(the(manifests, 'Service', flavour).metadata.name, `r-${flavour}`)
  }
})

test('the mark of a release names the namespace that the pod is in, wherever a backup has put it', async () => {
  for (const flavour of flavours)
    for (const workload of workloads(await render(flavour)))
      for (const { name, env } of podOf(workload).spec.containers) {
        const mark = env.findIndex((one) => one.name === 'RELEASE')
        assert.is(env[mark]?.value, `$(POD_NAMESPACE)/r-${flavour}`, `${workload.metadata.name} ${name}`)
        // Kubernetes puts in only what stands before it.
        const namespace = env.slice(0, mark).find((one) => one.name === 'POD_NAMESPACE')
        assert.match(JSON.stringify(namespace), 'metadata.namespace')
      }
})

test('Jobs have the names and labels by which people and policies find them', async () => {
  for (const flavour of flavours) {
    const jobs = workloads(await render(flavour)).filter(({ kind }) => kind === 'Job')
    const found = jobs.map((job) => [job.metadata.name, podOf(job).metadata.labels] as const)
    const part = (component: string) => [
      `r-${flavour}-${component}`,
      {
        'app.kubernetes.io/name': flavour,
        'app.kubernetes.io/instance': 'r',
        'app.kubernetes.io/component': component,
      },
    ]
    assert.equal(
      found.sort(([a], [b]) => a.localeCompare(b)),
      ['preflight', 'reconcile', 'test'].map(part),
    )
  }
})

test('either chart can take over a release of the other, by its name', async () => {
  const ours = the(await render('redis-cluster'), 'StatefulSet')
  const theirs = the(await render('valkey-cluster', { nameOverride: 'redis-cluster' }), 'StatefulSet')
  assert.equal(theirs.spec.selector, ours.spec.selector)
  assert.is(theirs.metadata.name, ours.metadata.name)
  assert.is(theirs.spec.serviceName, ours.spec.serviceName)
})

test('the longest names still leave room for what Kubernetes adds', async () => {
  // As long as Helm lets a release's name be.
  const long = `release-${'x'.repeat(45)}`
  const values = { jobs: { reconcile: { schedule: '@daily' } } }
  const manifests = await render('redis-cluster', values, { name: long })
  for (const { kind, metadata } of manifests)
    assert.ok(metadata.name.length <= 63, `${kind} ${metadata.name}`)
  // A StatefulSet's pods carry its name, a dash and a hash of ten in a label.
  assert.ok(the(manifests, 'StatefulSet').metadata.name.length <= 52)
  // A CronJob's Jobs carry its name, a dash and a time of ten.
  assert.ok(the(manifests, 'CronJob').metadata.name.length <= 52)
})

test('the preflight Job brings its scripts to the letter, as Kubernetes reads an environment', async () => {
  for (const flavour of flavours) {
    const job = the(await render(flavour), 'Job', 'preflight')
    const preflight = containerOf(job, 'preflight')
    const env = new Map(preflight.env.map(({ name, value }) => [name, value ?? '']))
    const names = [...env.keys()]
    const written = preflight.command.at(-1) ?? ''
    const files = [...written.matchAll(/"\$(\w+)" >\/tmp\/(\S+)/g)].map(
      ([, name = '', file = '']) => [name, file] as const,
    )
    assert.ok(files.length > 5)
    for (const [name, file] of files) {
      const expanded = (env.get(name) ?? '').replace(/\$\$|\$\(([^)]*)\)/g, (all, of) =>
        all === '$$' ? '$' : names.includes(of) ? `${env.get(of)}` : all,
      )
      assert.is(expanded.trimEnd(), (await readFile(podScripts().get(file) ?? '', 'utf8')).trimEnd(), file)
    }
  }
})

test('by default pods are spread by a label that every node has, and kept apart by zone where nodes tell theirs', async () => {
  const { spec } = podOf(the(await render('redis-cluster'), 'StatefulSet'))
  // A node that lacks a label of any constraint is left out of all of them.
  assert.equal(
    spec.topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
    ['kubernetes.io/hostname'],
  )
  assert.match(JSON.stringify(spec.affinity), /"topologyKey":"topology.kubernetes.io\/zone"/)
})

test('the pods’ own constraints get the pods’ labels, unless they bring a selector', async () => {
  const values = (await scenarios('redis-cluster')).get('pods told where to go')
  const { spec } = podOf(the(await render('redis-cluster', values), 'StatefulSet'))
  const [own, brought] = spec.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels)
  assert.is(own?.['app.kubernetes.io/component'], 'server')
  assert.equal(brought, { a: 'b' })
})

test('the cluster autoscaler is told that a pod’s volumes on its node hold nothing, but for data', async () => {
  const annotation = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes'
  for (const enabled of [true, false]) {
    const { metadata, spec } = podOf(
      the(await render('redis-cluster', { persistence: { enabled } }), 'StatefulSet'),
    )
    const local = spec.volumes?.filter(({ emptyDir }) => emptyDir).map(({ name }) => name)
    assert.equal(
      metadata.annotations?.[annotation]?.split(','),
      local?.filter((name) => name !== 'data'),
    )
  }
  const values = { pod: { annotations: { [annotation]: 'run,tmp,keeper,data' } } }
  const { metadata } = podOf(the(await render('redis-cluster', values), 'StatefulSet'))
  assert.is(metadata.annotations?.[annotation], 'run,tmp,keeper,data')
})

test.run()
