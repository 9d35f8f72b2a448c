import type { V1Container, V1Pod } from '@kubernetes/client-node'
import type { Release } from '../../kube/helm.ts'
import { imageInCluster } from '../../kube/images.ts'
import { core } from '../../kube/kubernetes.ts'
import { engineOf } from '../../kube/values.ts'
import { workers } from '../../kube/workers.ts'
import { eventually } from '../../runner/deadline.ts'
import { bundleLoadClient } from './bundle.ts'

/** A cluster to load: by its client Service's name and, where there is one, the Secret of the same name. */
export type Loaded = Pick<Release, 'namespace' | 'fullname' | 'flavour'>

/** What sets a cluster's clients apart. */
export interface ClientOptions {
  /** Labels of the client's pod: what a NetworkPolicy may ask for. */
  labels?: Record<string, string>
  /** The Secret that holds the password; the one of the Service's name unless told. None is needed. */
  secret?: string
  /** The Kubernetes node that the client runs on; any unless told. */
  on?: string
}

const CONFIG = 'load-client'

/** Starts a pod that runs the load client with these arguments, and returns its name. */
export async function startClient(of: Loaded, args: string[], options: ClientOptions = {}): Promise<string> {
  const name = unique('client')
  const password = { name: options.secret ?? of.fullname, key: 'password', optional: true }
  await provideBundle(of.namespace)
  await startPod(
    of.namespace,
    name,
    { user: 1000, ...options },
    {
      name: 'client',
      image: await imageInCluster('client'),
      command: ['node', '/load/client.mjs', ...args],
      env: [
        { name: 'CLUSTER_HOST', value: of.fullname },
        { name: 'CLUSTER_PASSWORD', valueFrom: { secretKeyRef: password } },
      ],
      volumeMounts: [{ name: 'load', mountPath: '/load' }],
    },
  )
  return name
}

/**
 * A server that belongs to no cluster and that nobody touches. Disks stall as well, and a server that moves slots waits for the disk
 * whenever it writes nodes.conf, so a control waits for the disk at each write.
 */
interface Control {
  pod: string
  address: string
}

/** Starts a control on the Kubernetes node that is named, else on each: nodes of one machine stall apart from each other. */
export async function startControls(of: Loaded, { on }: Pick<ClientOptions, 'on'> = {}): Promise<Control[]> {
  const nodes = on ? [on] : await workers()
  return Promise.all(nodes.map((node) => startControl(of, node)))
}

async function startControl(of: Loaded, on: string): Promise<Control> {
  const engine = engineOf(of.flavour)
  const pod = unique('control')
  await startPod(
    of.namespace,
    pod,
    { user: 999, on },
    {
      name: 'control',
      image: await imageInCluster(engine),
      command: [
        `${engine}-server`,
        ...['--protected-mode', 'no', '--save', '', '--dir', '/tmp'],
        ...['--appendonly', 'yes', '--appendfsync', 'always'],
      ],
    },
  )
  const address = await eventually(`pod ${pod} to run`, { deadline: 120_000 }, async (see) => {
    const { status } = await core().readNamespacedPod({ name: pod, namespace: of.namespace })
    see(
      `${status?.phase} ${JSON.stringify(status?.containerStatuses?.[0]?.state ?? status?.conditions ?? '')}`,
    )
    return status?.phase === 'Running' ? status.podIP : undefined
  })
  return { pod, address }
}

/** Deletes pods without waiting for them. */
export async function deletePods(namespace: string, ...pods: string[]): Promise<void> {
  await Promise.all(
    pods.map((name) => core().deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 })),
  )
}

async function startPod(
  namespace: string,
  name: string,
  { user, labels = {}, on }: { user: number; labels?: Record<string, string>; on?: string | undefined },
  container: V1Container,
): Promise<void> {
  const locked = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }
  const tmp = { name: 'tmp', mountPath: '/tmp' }
  const body: V1Pod = {
    metadata: { name, labels },
    spec: {
      ...(on ? { nodeName: on } : {}),
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 5,
      securityContext: { runAsNonRoot: true, runAsUser: user, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          imagePullPolicy: 'IfNotPresent',
          resources: { requests: { cpu: '50m', memory: '64Mi' } },
          ...container,
          securityContext: locked,
          volumeMounts: [tmp, ...(container.volumeMounts ?? [])],
        },
      ],
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: 'load', configMap: { name: CONFIG, optional: true } },
      ],
    },
  }
  await core().createNamespacedPod({ namespace, body })
}

async function provideBundle(namespace: string): Promise<void> {
  const body = { metadata: { name: CONFIG }, data: { 'client.mjs': await bundleLoadClient() } }
  await core()
    .createNamespacedConfigMap({ namespace, body })
    .catch((error: { code?: number }) => {
      if (error.code !== 409) throw error
    })
}

let made = 0
const unique = (purpose: string) => `load-${purpose}-${Date.now().toString(36)}-${++made}`
