import { startsAnew, uidsOf } from '../kube/anew.ts'
import { ask } from '../kube/engine.ts'
import { install, type Release, release } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues, type Values } from '../kube/values.ts'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { serverPods, waitUntilReady } from './cluster.ts'

/** What a suite of moving pods works on. */
export interface Context {
  of: Release
}

/** Installs a cluster of six small nodes into a namespace of its own, and waits until all its pods are ready. */
export async function sixNodes(
  scope: Scope,
  prefix: string,
  values: Values = {},
  flavour = 'redis-cluster',
): Promise<Context> {
  const of = release(flavour, await freshNamespace(scope, prefix))
  await installSix(of, values)
  return { of }
}

/** Installs a cluster of six small nodes into a namespace that is there, and waits until all its pods are ready. */
export async function installSix(of: Release, values: Values = {}): Promise<void> {
  const installed = await install(of, await smallValues(of.flavour, values))
  if (installed.code !== 0) throw new Error(installed.stderr)
  await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
}

/** Who a release's server pods are, by uid: to be taken before something is done to them. */
export const whoIsThere = async (of: Release) => uidsOf(await serverPods(of))

/** Waits until six new pods run in the place of those of before, and returns when the last server's container started. */
export function lastStart(of: Release, before: Set<string>): Promise<number> {
  return eventually('all pods to be there anew', { deadline: 120_000 }, async (see) => {
    const starts = startsAnew(await serverPods(of), before, 'server')
    see(`${starts.length} of 6 new servers run`)
    return starts.length === 6 ? Math.max(...starts) : undefined
  })
}

/** Waits until a pod is a replica in sync with its master. */
export const untilReplica = (of: Release, pod: string) =>
  eventually(`${pod} to be a replica in sync`, { deadline: 120_000, every: 500 }, async (see) => {
    const said = await ask(of.namespace, pod, 'INFO', 'replication')
    see(said)
    return /role:slave[\s\S]*master_link_status:up/.test(said) || undefined
  })

/** How many keys the masters hold that run. */
export async function keysOf(of: Release): Promise<number> {
  let keys = 0
  for (const { metadata, status } of await serverPods(of)) {
    if (status?.phase !== 'Running') continue
    const pod = metadata?.name ?? ''
    const isMaster = (await ask(of.namespace, pod, 'ROLE')).startsWith('master')
    if (isMaster) keys += Number(await ask(of.namespace, pod, 'DBSIZE'))
  }
  return keys
}
