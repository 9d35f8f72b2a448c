import { runScript } from '../kube/engine.ts'
import type { Place } from '../kube/exec.ts'
import type { Release } from '../kube/helm.ts'
import { imageInCluster } from '../kube/images.ts'
import { core } from '../kube/kubernetes.ts'
import { engineOf } from '../kube/values.ts'
import { eventually, pause } from '../runner/deadline.ts'

/** Starts a server that is no release's and knows no password, in a namespace, with labels of its own. */
export async function startIntruder(
  { flavour }: Release,
  namespace: string,
  labels: Record<string, string> = {},
): Promise<Place> {
  const pod = `intruder-${Date.now().toString(36)}`
  const locked = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
  await core().createNamespacedPod({
    namespace,
    body: {
      metadata: { name: pod, labels },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'server',
            image: await imageInCluster(engineOf(flavour)),
            imagePullPolicy: 'IfNotPresent',
            command: [
              `${engineOf(flavour)}-server`,
              ...['--dir', '/tmp', '--cluster-enabled', 'yes', '--protected-mode', 'no'],
            ],
            securityContext: locked,
          },
        ],
      },
    },
  })
  const place = { namespace, pod, container: 'server' }
  await eventually(`${pod} to answer`, { deadline: 60_000 }, async (see) => {
    const said = await runScript(place, '"$cli" PING').catch((error: Error) => error.message)
    see(said)
    return said === 'PONG' || undefined
  })
  return place
}

/**
 * Has an intruder claim the first master's slots by a high epoch and meet a server, and waits as long as the cluster would take to
 * believe that. Returns the intruder's id.
 */
export async function attack(intruder: Place, address: string): Promise<string> {
  const claim = `
    "$cli" CLUSTER ADDSLOTS $(seq 0 5460) >/dev/null
    "$cli" CLUSTER SET-CONFIG-EPOCH 999 >/dev/null
    "$cli" CLUSTER MEET "$1" 6379 >/dev/null
    "$cli" CLUSTER MYID`
  const id = await runScript(intruder, claim, [address])
  await pause(10_000)
  return id
}

/** Whether a client in a pod reaches the server at an address, whatever that answers. */
export async function reaches(from: Place, address: string): Promise<boolean> {
  const said = await runScript(from, 'timeout 3 "$cli" -h "$1" PING 2>&1 || :', [address])
  return said !== '' && !said.startsWith('Could not connect')
}
