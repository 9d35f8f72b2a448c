import { runScript } from '../kube/engine.ts'
import type { Place } from '../kube/exec.ts'
import { imageInCluster } from '../kube/images.ts'
import { core, networking } from '../kube/kubernetes.ts'
import { engineOf } from '../kube/values.ts'
import { eventually } from '../runner/deadline.ts'

const LABEL = 'intruder'

/** Starts a server that is no release's and knows no password, as a pod of this name with labels of its own. */
export async function startIntruder(
  flavour: string,
  { namespace, pod }: Place,
  labels: Record<string, string> = {},
): Promise<Place> {
  const image = await imageInCluster(engineOf(flavour))
  const server = `${engineOf(flavour)}-server`
  await core().createNamespacedPod({
    namespace,
    body: {
      metadata: { name: pod, labels: { ...labels, [LABEL]: 'true' } },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'server',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: [server, '--dir', '/tmp', '--cluster-enabled', 'yes', '--protected-mode', 'no'],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
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

/** Denies all traffic of a namespace's pods but the intruders': what keeps these away has to be the release's. */
export async function denyByDefault(namespace: string): Promise<void> {
  const podSelector = { matchExpressions: [{ key: LABEL, operator: 'DoesNotExist' }] }
  const spec = { podSelector, policyTypes: ['Ingress', 'Egress'] }
  await networking().createNamespacedNetworkPolicy({ namespace, body: { metadata: { name: 'deny' }, spec } })
}

/** Has an intruder claim the first master's slots by a high epoch and meet the server at an address; returns the intruder's id. */
export function attack(intruder: Place, address: string): Promise<string> {
  const claim = `
    "$cli" CLUSTER ADDSLOTS $(seq 0 5460) >/dev/null
    "$cli" CLUSTER SET-CONFIG-EPOCH 999 >/dev/null
    "$cli" CLUSTER MEET "$1" 6379 >/dev/null
    "$cli" CLUSTER MYID`
  return runScript(intruder, claim, [address])
}

/** Whether a client in a pod reaches a port of the server at an address, whatever the server answers. */
export async function reaches(from: Place, address: string, port: number): Promise<boolean> {
  const said = await runScript(from, 'timeout 3 "$cli" -h "$1" -p "$2" PING 2>&1 || :', [address, `${port}`])
  return said !== '' && !said.startsWith('Could not connect')
}
