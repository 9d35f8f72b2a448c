import type { Member } from '../../generator/cluster/whole.ts'
import type { Release } from '../kube/helm.ts'
import { kubectl } from '../kube/kubectl.ts'
import { must, type Options } from '../runner/command.ts'

/** A server's pod, and what finds its process on the Kubernetes node: no Kubernetes API is needed from then on. */
export interface ServerProcess {
  pod: string
  place: string
  uid: string
}

/** Looks a server's pod up. */
export async function serverProcess(
  of: Release,
  { pod, place }: Pick<Member, 'pod' | 'place'>,
): Promise<ServerProcess> {
  return { pod, place, uid: await kubectl(of, 'get', 'pod', pod, '--output', 'jsonpath={.metadata.uid}') }
}

/** Sends a signal to a server from its Kubernetes node: KILL is what the kernel does when memory runs out. */
export const signalServer = (server: ServerProcess, signal: 'KILL' | 'STOP' | 'CONT') =>
  onNode(server, `kill -${signal} "$server"`)

/** Runs a shell script in a server's container, as its node can; `$cli` is the engine's client, with the password. */
export const runBeside = (server: ServerProcess, script: string, options?: Options): Promise<string> =>
  onNode(
    server,
    `nsenter --target "$server" --mount --net --pid -- sh -c '
       for file in /auth/password /run/cluster/password; do
         if [ -f "$file" ]; then REDISCLI_AUTH=$(cat "$file"); export REDISCLI_AUTH; fi
       done
       cli=$(command -v valkey-cli || command -v redis-cli)
       '"$SCRIPT"`,
    options,
    script,
  )

/** Runs a shell script on a server's Kubernetes node; `$server` is the server's process there. */
async function onNode(
  { pod, place, uid }: ServerProcess,
  script: string,
  options: Options = {},
  inner = '',
): Promise<string> {
  const group = uid.replaceAll('-', '[-_]')
  const find = `server=
    for p in /proc/[0-9]*; do
      if grep -q '${group}' "$p/cgroup" && grep -q 'server$' "$p/comm"; then server=\${p#/proc/}; fi
    done 2>/dev/null
    if [ -z "$server" ]; then echo 'no server of ${pod} runs on ${place}' >&2; exit 1; fi`
  const command = ['exec', '--env', `SCRIPT=${inner}`, place, 'sh', '-c', `${find}\n${script}`]
  return must('docker', command, options)
}
