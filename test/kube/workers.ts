import { must, type Result, run } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import type { Release } from './helm.ts'
import { core } from './kubernetes.ts'

/** The Kubernetes nodes that pods run on, by name. */
export async function workers(): Promise<string[]> {
  const { items } = await core().listNode({ labelSelector: '!node-role.kubernetes.io/control-plane' })
  return items.map(({ metadata }) => metadata?.name ?? '').sort()
}

/** Lets a node take pods again when the scope ends, whatever became of it. */
export function uncordonAfter(scope: Scope, node: string): void {
  scope.defer(() => must('kubectl', ['uncordon', node]))
}

/** Gives each worker a zone of its own, by its label, until the scope ends. */
export async function labelZones(scope: Scope): Promise<void> {
  const label = 'topology.kubernetes.io/zone'
  for (const [n, node] of (await workers()).entries()) {
    scope.defer(() => must('kubectl', ['label', 'node', node, `${label}-`]))
    await must('kubectl', ['label', 'node', node, `${label}=zone-${n}`])
  }
}

/** Whether this Kubernetes copies a node's zone to the pods that it schedules there. */
export async function tellsZones(): Promise<boolean> {
  const { items } = await core().listNode()
  const [, minor] = /^v1\.(\d+)\./.exec(items[0]?.status?.nodeInfo?.kubeletVersion ?? '') ?? []
  if (!minor) throw new Error('the first Kubernetes node tells no version')
  return Number(minor) >= 35
}

/** Drains a node of a release's servers: the pods that write are nobody's, and drain would refuse them. */
export const drain = (of: Release, node: string, seconds: number): Promise<Result> =>
  run(
    'kubectl',
    [
      'drain',
      node,
      '--ignore-daemonsets',
      '--delete-emptydir-data',
      `--pod-selector=app.kubernetes.io/instance=${of.name},app.kubernetes.io/component=server`,
      `--timeout=${seconds}s`,
    ],
    { deadline: (seconds + 30) * 1000 },
  )

/** A resource that test pods request: a node has as much as `giveRoom` sets, other nodes none. */
export const ROOM = 'example.com/room'

/** Lets a node have room for so many pods that ask for ROOM; those that run stay. */
export async function giveRoom(node: string, pods: number | undefined): Promise<void> {
  // Both are patched: the kubelet copies capacity to allocatable only every ten seconds, and the scheduler reads allocatable.
  const changes = ['capacity', 'allocatable'].map((part) => {
    const path = `/status/${part}/${ROOM.replace('/', '~1')}`
    return pods === undefined ? { op: 'remove', path } : { op: 'add', path, value: `${pods}` }
  })
  const patch = ['--subresource=status', '--type=json', '--patch', JSON.stringify(changes)]
  await must('kubectl', ['patch', 'node', node, ...patch])
}
