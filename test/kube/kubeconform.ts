import { run } from '../runner/command.ts'

/** The Kubernetes versions that manifests are checked against: the oldest the charts support, and the newest. */
export const kubernetesVersions = ['1.27.0', '1.37.0']

/** Checks manifests against a Kubernetes version's schemas and returns what is wrong with them, a line each. */
export async function kubeconform(manifests: string, version: string): Promise<string[]> {
  const location = await schemas()
  const args = [
    '-strict',
    '-output',
    'json',
    '-kubernetes-version',
    version,
    '-schema-location',
    location,
    '-',
  ]
  const { code, stdout, stderr } = await run('kubeconform', args, { input: manifests })
  if (!stdout.startsWith('{')) throw new Error(`kubeconform ended with ${code}: ${stderr}${stdout}`)
  const { resources = [] } = JSON.parse(stdout) as { resources?: Record<'kind' | 'name' | 'msg', string>[] }
  const wrong = resources.map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`)
  if (code !== 0 && wrong.length === 0) wrong.push(stderr || stdout)
  return wrong
}

let found: Promise<string> | undefined

/** Where kubeconform looks schemas up: the copy in .tools, or, where none can be fetched, its own website. */
function schemas(): Promise<string> {
  found ??= run('scripts/schemas', [], { deadline: 300_000 }).then(({ code }) =>
    code === 0
      ? '.tools/schemas/{{.NormalizedKubernetesVersion}}/{{.ResourceKind}}{{.KindSuffix}}.json'
      : 'default',
  )
  return found
}
