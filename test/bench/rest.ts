import type { V1Pod } from '@kubernetes/client-node'
import { core } from '../kube/kubernetes.ts'
import { must } from '../runner/command.ts'
import { pause } from '../runner/deadline.ts'
import type { Side, Subject } from '../shared/by-hand/sides.ts'

/** What a pod takes while nobody asks anything of it. */
export interface Rest {
  side: Side
  pod: string
  /** Millicores of each container, and of the server's own process: the rest of its container is the probes. */
  millicores: { server: number; serverProcess: number; keeper: number }
  /** Mebibytes in use by the keeper's container. */
  keeperMemory: number
}

// Read on the Kubernetes node, so that reading costs the containers nothing. A line a container: its id, the time, its CPU
// time, that of the server's process in it, and its memory, by either version of control groups.
const READ = `
  for id; do
    groups=$(find /sys/fs/cgroup -type d -name "*$id*")
    of() { for group in $groups; do cat "$group/$1" 2>/dev/null; done; }
    ticks=0
    for pid in $(of cgroup.procs | sort -u); do
      case $(cat "/proc/$pid/comm" 2>/dev/null) in
        *-server) ticks=$(sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }') ;;
      esac
    done
    memory=$(of memory.current; of memory.usage_in_bytes)
    echo "$id $(cut -d' ' -f1 /proc/uptime) $(of cpu.stat | sed -n 's/^usage_usec //p') $ticks $memory"
  done`

// What the kernel tells processes' times in.
const TICK = 10_000

interface Account {
  seconds: number
  /** Microseconds. */
  used: number
  process: number
  /** Bytes. */
  memory: number
}

/** Lets the clusters rest for their first minute, then measures what they take in another. */
export async function atRest(subjects: Subject[]): Promise<Rest[]> {
  const pods = (
    await Promise.all(
      subjects.map(async ({ side, namespace, selector }) => {
        const { items } = await core().listNamespacedPod({ namespace, labelSelector: selector })
        return items.map((pod) => ({ side, pod }))
      }),
    )
  ).flat()
  await pause(65_000)
  const before = await accounts(pods.map(({ pod }) => pod))
  await pause(60_000)
  const after = await accounts(pods.map(({ pod }) => pod))

  return pods.map(({ side, pod }) => {
    const taken = (container: string, what: 'used' | 'process') => {
      const id = idOf(pod, container)
      const [from, to] = [before.get(id), after.get(id)]
      return from && to ? (to[what] - from[what]) / (to.seconds - from.seconds) / 1000 : 0
    }
    const server = side === 'chart' ? 'server' : 'redis'
    return {
      side,
      pod: pod.metadata?.name ?? '',
      millicores: {
        server: taken(server, 'used'),
        serverProcess: taken(server, 'process'),
        keeper: taken('keeper', 'used'),
      },
      keeperMemory: (after.get(idOf(pod, 'keeper'))?.memory ?? 0) / 2 ** 20,
    }
  })
}

const idOf = ({ status }: V1Pod, container: string) =>
  status?.containerStatuses?.find(({ name }) => name === container)?.containerID?.replace(/.*\//, '') ?? ''

/** The accounts of all containers of these pods, by their ids. */
async function accounts(pods: V1Pod[]): Promise<Map<string, Account>> {
  const all = new Map<string, Account>()
  for (const node of new Set(pods.map(({ spec }) => spec?.nodeName ?? ''))) {
    const containers = pods
      .filter(({ spec }) => spec?.nodeName === node)
      .flatMap((pod) => pod.status?.containerStatuses?.map(({ name }) => idOf(pod, name)) ?? [])
    const said = await must('docker', ['exec', node, 'sh', '-c', READ, 'sh', ...containers])
    for (const line of said.trim().split('\n')) {
      const [id = '', seconds, used, ticks, memory] = line.split(' ')
      all.set(id, {
        seconds: Number(seconds),
        used: Number(used),
        process: Number(ticks) * TICK,
        memory: Number(memory),
      })
    }
  }
  return all
}
