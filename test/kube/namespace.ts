import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { namespaceEvidence } from './evidence.ts'
import { core } from './kubernetes.ts'

/**
 * Makes a namespace that lets only pods of the restricted Pod Security Standard in, or of the `level` named. It goes with the
 * scope, volume claims and all; when a test of the scope fails, what happened in it is saved.
 */
export async function freshNamespace(scope: Scope, prefix: string, level = 'restricted'): Promise<string> {
  const name = `${prefix}-${Date.now().toString(36)}`
  const labels = { 'pod-security.kubernetes.io/enforce': level }
  await core().createNamespace({ body: { metadata: { name, labels } } })
  scope.onFailure(() => namespaceEvidence(name))
  scope.defer(() => deleteNamespace(name))
  return name
}

async function deleteNamespace(namespace: string): Promise<void> {
  await core().deleteNamespace({ name: namespace })
  await eventually(`namespace ${namespace} to be gone`, { deadline: 90_000, every: 500 }, async (see) => {
    // Nobody needs its servers to hand over to each other now.
    await core().deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 })
    const { items } = await core().listNamespace({ fieldSelector: `metadata.name=${namespace}` })
    see(JSON.stringify(items[0]?.status?.conditions?.map(({ message }) => message) ?? []))
    return items.length === 0 || undefined
  })
}
