import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { load } from 'js-yaml'
import type { Fixed } from '../../../generator/values/fixed.ts'

const fixedOf = (volumes: boolean) => ({
  persistence: `${volumes}`,
  size: '1Gi',
  storageClass: '',
  accessModes: 'ReadWriteOnce',
  appendonly: 'true',
})

/** What all pods of a release on the loopback have in common. */
interface Shared {
  folder: string
  bin: string
  name: string
  mark: string
  shards: number
  replicas: number
  /** The Kubernetes node of each ordinal, in turn. */
  nodes: string[]
  volumes: boolean
}

interface Pod {
  ordinal: number
  address: string
  authFile: string
}

/** The environment of a pod, as the chart's templates make it. */
export function podEnv(shared: Shared, { ordinal, address, authFile }: Pod) {
  const { folder, bin, name, mark, shards, replicas, nodes, volumes } = shared
  return {
    PATH: bin,
    NAME: name,
    SERVICE: 'r-headless',
    RELEASE: mark,
    RESOLV_CONF: join(folder, 'resolv.conf'),
    TOPOLOGY: join(folder, 'topology'),
    SHARDS: `${shards}`,
    REPLICAS: `${replicas}`,
    PERSISTENCE: `${volumes}`,
    IMAGE: 'image:1',
    FIXED: fixedLines(fixedOf(volumes)),
    ALLOW_SILENCE: 'false',
    CLIENT_SERVICE: '',
    WRITES: 'available',
    TAKE_OVER_FROM: '',
    NETWORK_POLICY: 'false',
    NETWORK_POLICY_ENFORCED: 'false',
    DEADLINE_SECONDS: '20',
    AUTH_FILE: authFile,
    USERS: join(folder, 'users'),
    POD_IP: address,
    POD_NAME: `${name}-${ordinal}`,
    NODE_NAME: nodes[ordinal % nodes.length],
    ZONE: '',
    REVISION: 'r1',
    GRACE_SECONDS: '30',
    LOG: join(folder, `pod-${ordinal}.log`),
    CONFIG: join(folder, 'config', `${ordinal}`),
    DATA: join(folder, 'data', `${ordinal}`),
    RUN: join(folder, 'run', `${ordinal}`),
  }
}

/** Writes the topology file, as the chart's ConfigMap has it, into a release's folder. */
export async function writeTopology(
  folder: string,
  size: { shards: number; replicas: number },
  volumes: boolean,
): Promise<void> {
  const topology = join(folder, 'topology')
  await mkdir(topology)
  const desired = { ...size, image: 'image:1', revision: 'r1', maintenance: false, ...fixedOf(volumes) }
  for (const [key, value] of Object.entries(desired)) await writeFile(join(topology, key), `${value}`)
}

/** What an upgrade cannot change, as the preflight Job is told it: `now` has each value by its key in the topology. */
function fixedLines(now: Record<string, string>): string {
  const { fixed } = load(readFileSync('schema/fixed.yaml', 'utf8')) as { fixed: Fixed[] }
  const lines = fixed.map(
    ({ key, value, because, instead }) =>
      `${key} ${now[key] || '""'} ${value} and ${because}:${instead ? ` ${instead}, or` : ''}`,
  )
  return `${lines.join('\n')}\n`
}
