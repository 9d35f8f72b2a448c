import { must } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'

// containerd takes the first by name, and what the pod network wrote itself stays as it is.
const NARROW = '/etc/cni/net.d/00-narrow.conflist'

/** Lets new pods of a Kubernetes node have one of so few addresses only, until the scope ends. */
export async function narrowPodRange(scope: Scope, node: string, addresses: number): Promise<void> {
  const on = (script: string, input = '') =>
    must('docker', ['exec', '-i', node, 'sh', '-ec', script], { input })
  const own = await on('cat "$(ls /etc/cni/net.d/*.conflist | head -n 1)"')
  const narrow = own.replaceAll(/\{\s*"subnet":\s*"((\d+\.\d+\.\d+)\.\d+\/24)"\s*\}/g, (_, subnet, start) =>
    JSON.stringify({ subnet, rangeStart: `${start}.200`, rangeEnd: `${start}.${200 + addresses - 1}` }),
  )
  if (narrow === own)
    throw new Error(`the pod network of ${node} has no range that could be made smaller: ${own}`)
  scope.defer(() => on(`rm -f ${NARROW}`))
  await on(`cat >${NARROW}`, narrow)
}
