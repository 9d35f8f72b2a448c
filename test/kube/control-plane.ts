import { must } from '../runner/command.ts'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { core } from './kubernetes.ts'

/** What brings Kubernetes back. */
export interface Absence {
  /** Lets the kubelets work again, which restart what has ended; the Kubernetes API stays away. */
  wakeKubelets(): Promise<void>
  /** Brings all of it back, and waits until the Kubernetes API answers. */
  end(): Promise<void>
}

/**
 * Takes Kubernetes itself away: its API, its scheduler and controllers, all kubelets, and CoreDNS. What runs in pods runs on.
 * The end of the scope brings it back.
 */
export async function stopKubernetes(scope: Scope): Promise<Absence> {
  const { items } = await core().listNode()
  const isControl = (labels = {}) => 'node-role.kubernetes.io/control-plane' in labels
  const nodes = items.map(({ metadata }) => metadata?.name ?? '')
  const control = items.find(({ metadata }) => isControl(metadata?.labels))?.metadata?.name ?? ''
  const onAll = (script: string) => Promise.all(nodes.map((node) => onNode(node, script)))

  // A kubelet that is stopped and started without an API forgets its pods; one that stands still knows them afterwards.
  const wakeKubelets = async () => void (await onAll(signal('kubelet', 'CONT')))
  const end = async () => {
    await onNode(control, 'cp -n /etc/kubernetes/away/* /etc/kubernetes/manifests/')
    await wakeKubelets()
    await eventually('the Kubernetes API to answer', { deadline: 120_000, every: 1000 }, () =>
      core().listNode(),
    )
  }
  scope.defer(end)
  await onNode(
    control,
    'mkdir -p /etc/kubernetes/away && mv /etc/kubernetes/manifests/* /etc/kubernetes/away/',
  )
  await eventually('the control plane to be gone', { deadline: 120_000, every: 1000 }, async (see) => {
    const left = await onNode(control, `grep -lE '^(kube-|etcd)' /proc/[0-9]*/comm | xargs -r cat | sort -u`)
    see(left)
    return !/apiserver|controller|scheduler|etcd/.test(left) || undefined
  })
  await onAll(signal('kubelet', 'STOP'))
  await onAll(signal('coredns', 'KILL'))
  return { wakeKubelets, end }
}

/** A script that signals all processes of a name; none is well. */
const signal = (name: string, how: 'STOP' | 'CONT' | 'KILL') =>
  `for p in /proc/[0-9]*; do if [ "$(cat "$p/comm")" = ${name} ]; then kill -${how} "\${p#/proc/}"; fi; done 2>/dev/null; true`

const onNode = (node: string, script: string) => must('docker', ['exec', node, 'sh', '-c', script])
