import type { V1Pod } from '@kubernetes/client-node'
import type { Release } from '../kube/helm.ts'
import { imageInCluster } from '../kube/images.ts'
import { core } from '../kube/kubernetes.ts'
import { must } from '../runner/command.ts'
import { eventually } from '../runner/deadline.ts'
import { serverPods } from './cluster.ts'

/** A folder in a running container. */
export interface Folder {
  namespace: string
  pod: string
  container: string
  path: string
}

/** The volumes of a release's six running servers, by ordinal. */
export const liveVolumes = ({ namespace, fullname }: Release): Folder[] =>
  Array.from({ length: 6 }, (_, ordinal) => ({
    namespace,
    pod: `${fullname}-${ordinal}`,
    container: 'server',
    path: '/data',
  }))

/** The Kubernetes node of each of a release's servers, by ordinal. */
export const placesOf = async (of: Release): Promise<string[]> =>
  (await serverPods(of)).map(({ spec }) => spec?.nodeName ?? '')

/**
 * Opens the volumes that a release which does not run will find, makes those that are missing, each on the Kubernetes node in
 * `places`, and returns their folders. `closeVolumes` lets go of them.
 */
export async function openVolumes({ namespace, fullname }: Release, places: string[]): Promise<Folder[]> {
  const image = await imageInCluster('client')
  const folders = places.map((_, ordinal) => ({
    namespace,
    pod: `open-${fullname}-${ordinal}`,
    container: 'open',
    path: '/volume',
  }))
  for (const [ordinal, place] of places.entries()) {
    const claim = `data-${fullname}-${ordinal}`
    await makeClaim(namespace, claim)
    await core().createNamespacedPod({
      namespace,
      body: holder(`open-${fullname}-${ordinal}`, claim, place, image),
    })
  }
  for (const { pod } of folders)
    await eventually(`pod ${pod} to run`, { deadline: 120_000 }, async (see) => {
      const { status } = await core().readNamespacedPod({ name: pod, namespace })
      see(`${status?.phase} ${JSON.stringify(status?.conditions ?? '')}`)
      return status?.phase === 'Running' || undefined
    })
  return folders
}

/** Lets go of volumes that `openVolumes` has opened; the volumes stay. */
export async function closeVolumes(folders: Folder[]): Promise<void> {
  for (const { namespace, pod } of folders)
    await must('kubectl', ['--namespace', namespace, 'delete', 'pod', pod, '--grace-period=1'])
}

/** Copies what is in each folder into the one of the same number, whatever writes there meanwhile. */
export async function copyFolders(from: Folder[], to: Folder[]): Promise<void> {
  for (const [i, source] of from.entries()) {
    const target = to[i]
    if (!target) throw new Error(`there are ${to.length} folders for ${from.length}`)
    // Files that a server appends to change under tar, which then ends with 1; anything worse is an error.
    const read = `cd ${source.path} && tar --exclude=*.new -cf - * || [ $? = 1 ]`
    const write = `cd ${target.path} && tar --no-same-owner -xf - && ls nodes.conf`
    const exec = ({ namespace, pod, container }: Folder, option = '') =>
      `kubectl --namespace ${namespace} exec ${option} ${pod} --container ${container} -- sh -c`
    await must('bash', [
      '-ec',
      `set -o pipefail; ${exec(source)} '${read}' | ${exec(target, '--stdin')} '${write}'`,
    ])
  }
}

/** Copies the volumes of a running release of six nodes into those that another will find when it is installed. */
export async function copyVolumes(from: Release, to: Release): Promise<void> {
  const opened = await openVolumes(to, await placesOf(from))
  await copyFolders(liveVolumes(from), opened)
  await closeVolumes(opened)
}

/** Gives a release's password to another namespace, in a Secret of its own, and returns the values that name it. */
export async function samePassword(from: Release, { namespace }: Release) {
  const { data } = await core().readNamespacedSecret({ name: from.fullname, namespace: from.namespace })
  const name = 'same-password'
  await core().createNamespacedSecret({
    namespace,
    body: { metadata: { name }, data: { password: data?.password ?? '' } },
  })
  return { auth: { existingSecret: name } }
}

async function makeClaim(namespace: string, name: string): Promise<void> {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '256Mi' } } }
  await core()
    .createNamespacedPersistentVolumeClaim({ namespace, body: { metadata: { name }, spec } })
    .catch((error: { code?: number }) => {
      if (error.code !== 409) throw error
    })
}

/** A pod that does nothing but hold a claim, as the user whose servers are to use it. */
const holder = (name: string, claimName: string, place: string, image: string): V1Pod => ({
  metadata: { name },
  spec: {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    nodeSelector: { 'kubernetes.io/hostname': place },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 999,
      runAsGroup: 999,
      fsGroup: 999,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'open',
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['sleep', '3600'],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'volume', mountPath: '/volume' }],
      },
    ],
    volumes: [{ name: 'volume', persistentVolumeClaim: { claimName } }],
  },
})
