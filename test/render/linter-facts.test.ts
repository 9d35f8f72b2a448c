import * as assert from 'uvu/assert'
import { merge, type Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { allMet, otherwise } from './linter-table.ts'
import {
  type Container,
  flavours,
  type Manifest,
  type PodTemplate,
  podOf,
  render,
  shipped,
  workloads,
} from './rendered.ts'

// These linters are not run here: what they ask is asked of the objects.
const test = suite('what polaris, checkov and kube-linter ask', { timeout: 60_000 })

type Rule = (manifests: Manifest[]) => boolean

const everyPod =
  (fine: (pod: PodTemplate['spec']) => unknown): Rule =>
  (manifests) =>
    workloads(manifests).every((one) => fine(podOf(one).spec))

const everyContainer = (fine: (container: Container) => unknown): Rule =>
  everyPod(({ containers, initContainers = [] }) => [...initContainers, ...containers].every(fine))

const ofServers =
  (rule: Rule): Rule =>
  (manifests) =>
    rule(manifests.filter(({ kind }) => kind === 'StatefulSet'))

const all = (manifests: Manifest[], kind: string) => manifests.filter((one) => one.kind === kind)

const limitsCpu = everyContainer(({ resources }) => resources?.limits?.cpu)
const pullsAlways = everyContainer(({ imagePullPolicy }) => imagePullPolicy === 'Always')
const isReadyByProbe = ofServers(everyContainer(({ readinessProbe }) => readinessProbe))

/** The checks that the charts' table names, but for kube-score's and those of the packages. */
const rules: Record<string, Rule> = {
  cpuLimitsMissing: limitsCpu,
  CKV_K8S_11: limitsCpu,
  pullPolicyNotAlways: pullsAlways,
  CKV_K8S_15: pullsAlways,
  CKV_K8S_43: everyContainer(({ image }) => image.includes('@sha256:')),
  CKV_K8S_40: everyPod(({ securityContext }) => Number(securityContext.runAsUser) >= 10_000),
  readinessProbeMissing: isReadyByProbe,
  CKV_K8S_9: isReadyByProbe,
  priorityClassNotSet: everyPod(({ priorityClassName }) => priorityClassName),
  metadataAndInstanceMismatched: (manifests) =>
    workloads(manifests).every(
      ({ metadata }) => metadata.labels['app.kubernetes.io/instance'] === metadata.name,
    ),
  missingNetworkPolicy: (manifests) =>
    all(manifests, 'NetworkPolicy').some(({ spec }) => spec.ingress && spec.egress),
  CKV_K8S_21: (manifests) =>
    manifests.every(({ metadata }) => (metadata.namespace ?? 'default') !== 'default'),
  CKV_SECRET_6: (manifests) => all(manifests, 'Secret').length === 0,
}

const SECRET = /secret|password|token|bearer/i

/** What is met by default, by the names of the checks that ask for it. */
const facts: Record<string, Rule> = {
  'unset-cpu-requirements, unset-memory-requirements, CKV_K8S_10, 12 and 13': everyContainer(
    ({ resources }) => resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory,
  ),
  'livenessProbeMissing, CKV_K8S_8': ofServers(everyContainer(({ livenessProbe }) => livenessProbe)),
  'latest-tag, tagNotSpecified, CKV_K8S_14': everyContainer(({ image }) => /:(?!latest$)[^/:]+$/.test(image)),
  'env-var-secret, sensitiveContainerEnvVar, CKV_K8S_35': everyContainer(({ env }) =>
    env.every((one) => !SECRET.test(one.name) && !JSON.stringify(one).includes('secretKeyRef')),
  ),
  'duplicate-env-var': everyContainer(({ env }) => new Set(env.map(({ name }) => name)).size === env.length),
  sensitiveConfigmapContent: (manifests) =>
    all(manifests, 'ConfigMap').every(({ data }) => !Object.keys(data).some((key) => SECRET.test(key))),
  'host-network, host-pid, host-ipc, sensitive-host-mounts, hostPathSet': everyPod(
    (pod) => !/"host(Network|PID|IPC|Path|Port)":/.test(JSON.stringify(pod)),
  ),
  'no-anti-affinity': ofServers(
    everyPod(({ affinity }) => JSON.stringify(affinity?.podAntiAffinity).includes('kubernetes.io/hostname')),
  ),
  topologySpreadConstraint: ofServers(everyPod((pod) => pod.topologySpreadConstraints.length > 0)),
  'pdb-max-unavailable, pdb-unhealthy-pod-eviction-policy': (manifests) =>
    all(manifests, 'PodDisruptionBudget').every(
      ({ spec }) => Number(spec.maxUnavailable) > 0 && spec.unhealthyPodEvictionPolicy,
    ),
}

for (const flavour of flavours) {
  test(`what docs/security.md of ${flavour} says is otherwise by default, and met with the values there`, async () => {
    const rows = await otherwise(flavour)
    const byDefault = await render(flavour)
    const met = await render(flavour, allMet(rows))
    const seen = new Set<string>()
    for (const { checks, met: values } of rows)
      for (const { linter, id } of checks.filter(({ linter }) => ['polaris', 'checkov'].includes(linter))) {
        const rule = rules[id]
        assert.ok(rule, `${linter} ${id} is held by no rule here`)
        assert.not.ok(rule(byDefault), `${id} is met by default`)
        assert.is(rule(met), values !== undefined, `${id} with ${JSON.stringify(values)}`)
        seen.add(id)
      }
    assert.equal([...seen].sort(), Object.keys(rules).sort())
  })

  test(`all else that they ask of ${flavour} is met, with whatever values the chart brings`, async () => {
    const schedule: Values = { jobs: { reconcile: { schedule: '@daily' } } }
    for (const [name, values] of [...(await shipped(flavour)), ['the defaults', {}] as const]) {
      const manifests = await render(flavour, merge(values, schedule))
      for (const [asked, rule] of Object.entries(facts)) assert.ok(rule(manifests), `${asked}, with ${name}`)
    }
  })
}

test.run()
