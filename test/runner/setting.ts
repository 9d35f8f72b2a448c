import { run } from './command.ts'

/** What a test ran on. */
export interface Setting {
  /** The day, as in 2026-11-26. */
  date: string
  /** The engines and their versions, as in `redis 8.0.2`. */
  engines: string[]
  /** Its version, where a Kubernetes cluster took part. */
  kubernetes?: string
}

const engines = new Set<string>()
let inCluster = false

/** Notes that this process has servers of an engine run, as programs of this machine or as an image in the cluster. */
export function ranOn(engine: string, where: 'machine' | 'cluster'): void {
  engines.add(engine)
  inCluster ||= where === 'cluster'
}

/** What has run in this process so far; nothing where no engine has. */
export function setting(): Setting | undefined {
  if (engines.size === 0) return undefined
  const kubernetes = inCluster && process.env.TEST_KUBERNETES
  return { date: today(), engines: [...engines].sort(), ...(kubernetes && { kubernetes }) }
}

/** The day, as in 2026-11-26. */
export const today = () => new Date().toISOString().slice(0, 10)

/** Lets this process, and those it starts, know the version of the cluster that KUBECONFIG names. */
export async function noteKubernetes(): Promise<void> {
  const { code, stdout } = await run('kubectl', ['version', '--output', 'json'])
  if (code !== 0) throw new Error(`the cluster does not tell its version: ${stdout}`)
  process.env.TEST_KUBERNETES = JSON.parse(stdout).serverVersion.gitVersion.replace(/^v/, '')
}
