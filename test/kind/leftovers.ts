import type { Release } from '../kube/helm.ts'
import { must } from '../runner/command.ts'
import { eventually } from '../runner/deadline.ts'

const KINDS =
  'pods,services,statefulsets,jobs,configmaps,secrets,serviceaccounts,poddisruptionbudgets,persistentvolumeclaims,networkpolicies'

// What Kubernetes puts into every namespace, and what the load leaves in it.
const NOT_OURS = /^(ConfigMap (kube-root-ca\.crt|load-client)|ServiceAccount default)$/

/** What there is of a namespace's objects once nothing is on its way out any more, as kind and name. */
export function leftovers({ namespace, fullname }: Release): Promise<string[]> {
  return eventually(`what was ${fullname} to be gone`, { deadline: 60_000, every: 500 }, async (see) => {
    const { items } = JSON.parse(
      await must('kubectl', ['--namespace', namespace, 'get', KINDS, '--output', 'json']),
    ) as {
      items: {
        kind: string
        metadata: { name: string; deletionTimestamp?: string; ownerReferences?: object[] }
      }[]
    }
    const names = items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    see(names.join(', '))
    // What has an owner that is gone is collected a moment later.
    const going = items.some(({ metadata }) => metadata.deletionTimestamp || metadata.ownerReferences)
    return going ? undefined : names.filter((name) => !NOT_OURS.test(name)).sort()
  })
}
