import { execIn } from '../../kube/exec.ts'
import { core } from '../../kube/kubernetes.ts'
import { eventually } from '../../runner/deadline.ts'
import type { LoadReport, WriteReadReport } from './client.ts'
import { type ClientOptions, deletePods, type Loaded, startClient, startControls } from './pods.ts'
import type { Mode } from './store.ts'

/** For so many milliseconds a client (ioredis, by default) tries to connect to an address that nobody has any more. */
export const CONNECT_TIMEOUT = 10_000

/** A load under way. */
export interface Load {
  /** Ends it and returns what it has seen; acknowledged writes are read back first. */
  stop(): Promise<LoadReport>
  /** Waits until every lane has written within the last second, for so many milliseconds. */
  untilWriting(deadline: number): Promise<true>
}

/** How a load writes. */
export interface LoadOptions extends ClientOptions {
  /** How long a lane waits after an acknowledgement, in milliseconds. */
  rest?: number
  /** What counts as acknowledged, and how patient the client is; plain unless told. */
  mode?: Mode
}

/** Starts writing to every shard of a cluster, and to servers nobody touches; returns once every lane has written. */
export async function startLoad(
  of: Loaded,
  { rest = 2, mode = 'plain', ...options }: LoadOptions = {},
): Promise<Load> {
  const { namespace } = of
  const controls = await startControls(of, options)
  const addresses = controls.flatMap(({ address }) => ['--control', address])
  const args = ['load', '--rest', `${rest}`, '--mode', mode, ...addresses]
  const client = await startClient(of, args, options)
  await eventually('every lane of the load to write', { deadline: 120_000 }, async (see) => {
    const text = await logOf(namespace, client)
    see(text)
    return text.includes('begun:') || undefined
  })
  return {
    untilWriting: (deadline) =>
      eventually('every lane of the load to write again', { deadline, every: 500 }, async (see) => {
        const told = (await logOf(namespace, client)).match(/^writing: .*$/gm)?.at(-1) ?? 'nothing'
        see(told)
        return /(\d+) of \1$/.test(told) || undefined
      }),
    async stop() {
      await execIn({ namespace, pod: client }, ['sh', '-c', 'kill -TERM 1'])
      const report = await lastLine<LoadReport>(namespace, client)
      // The client, which has ended, stays for the evidence: its last line is the report.
      await deletePods(namespace, ...controls.map(({ pod }) => pod))
      return report
    },
  }
}

/** Writes keys through an ordinary cluster client and reads them all back. */
export async function writeAndRead(
  of: Loaded,
  keys = 10_000,
  options: ClientOptions = {},
): Promise<WriteReadReport> {
  const client = await startClient(of, ['write-read', '--keys', `${keys}`], options)
  const report = await lastLine<WriteReadReport>(of.namespace, client)
  await deletePods(of.namespace, client)
  return report
}

/** Waits for a client's end and reads the JSON in the last line it printed. */
function lastLine<T>(namespace: string, pod: string): Promise<T> {
  return eventually(`pod ${pod} to end well`, { deadline: 180_000 }, async (see) => {
    const { status } = await core().readNamespacedPod({ name: pod, namespace })
    const phase = status?.phase ?? ''
    see(`${phase}: ${await logOf(namespace, pod)}`)
    if (phase !== 'Succeeded') return undefined
    const last = (await logOf(namespace, pod)).trimEnd().split('\n').at(-1) ?? ''
    return JSON.parse(last) as T
  })
}

const logOf = (namespace: string, name: string) =>
  core().readNamespacedPodLog({ namespace, name, tailLines: 20 })
