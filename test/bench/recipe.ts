import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { must, run } from '../harness/command.ts'
import { eventually } from '../harness/deadline.ts'
import { core } from '../harness/kubernetes.ts'
import type { Scope } from '../harness/scope.ts'
import type { Values } from '../harness/values.ts'

/** What a person types and writes who makes a cluster by hand, word for word as the guide has it. */
export interface Recipe {
  /** The files to copy, by name. */
  files: Map<string, string>
  /** Make the objects, one command a file. */
  create: string[]
  /** Prints the pods' addresses. */
  addresses: string
  /** Makes a cluster of them. */
  cluster: string
}

/** What has to be fitted to the machine at hand. */
export interface Fitting {
  image: string
  nodes: number
  resources: Values
}

const GUIDE = path.join(import.meta.dirname, 'fixtures/guide.md')

/** Reads the guide. */
export async function readRecipe(): Promise<Recipe> {
  const text = await readFile(GUIDE, 'utf8')
  const blobs = text.matchAll(/^```\n\$ cat (\S+\.yaml)\n(.*?)^```$/gms)
  return {
    files: new Map([...blobs].map(([, name = '', content = '']) => [name, content])),
    create: [...text.matchAll(/^\d+\. `(kubectl create .*)`$/gm)].map(([, command = '']) => command),
    addresses: found(text, /^\$ (kubectl get pods .*jsonpath.*)$/m),
    cluster: found(text, /^(kubectl exec .*--cluster create .*)$/m),
  }
}

/** Fits the recipe to the machine: the image, how many pods, what each may use; nothing else. */
export function fit(recipe: Recipe, { image, nodes, resources }: Fitting): Recipe {
  const edits: [RegExp, string][] = [
    [/(?<=^ +image: ).*$/m, image],
    [/(?<=^ {2}replicas: )\d+$/m, `${nodes}`],
    [
      /(?<=^ +resources:)(\s+limits:\s+cpu:.*\s+memory:.*\s+requests:\s+cpu:.*\s+memory:.*)$/m,
      ` ${JSON.stringify(resources)}`,
    ],
  ]
  const name = 'redis-sts.yaml'
  let text = recipe.files.get(name) ?? ''
  for (const [pattern, by] of edits) {
    found(text, pattern)
    text = text.replace(pattern, by)
  }
  return { ...recipe, files: new Map(recipe.files).set(name, text) }
}

/** Follows the recipe in a namespace, as fast as a person could who never has to think. */
export async function follow(recipe: Recipe, nodes: number, namespace: string, scope: Scope): Promise<void> {
  const type = await desk(recipe, namespace, scope)
  for (const command of recipe.create) await must('sh', ['-c', command], type)
  await waitUntilRunning(namespace, nodes)
  const addresses = (await must('sh', ['-c', recipe.addresses], type)).trim().split(/\s+/)
  const command = recipe.cluster.replace(/(\d+(\.\d+){3}:\d+ )+/, `${addresses.slice(0, nodes).join(' ')} `)
  // How it ends is seen from outside; its exit code is not trusted.
  await run('sh', ['-c', command], { ...type, deadline: 180_000 })
}

/** Where that person sits: the files in the current folder, and kubectl set to the namespace. */
export async function desk({ files }: Recipe, namespace: string, scope: Scope) {
  const folder = await mkdtemp(path.join(tmpdir(), 'recipe-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const KUBECONFIG = path.join(folder, '.kube/config')
  await mkdir(path.dirname(KUBECONFIG))
  for (const [name, content] of files) await writeFile(path.join(folder, name), content)
  await writeFile(KUBECONFIG, await must('kubectl', ['config', 'view', '--raw', '--flatten']))
  const type = { cwd: folder, env: { ...process.env, KUBECONFIG } }
  await must('kubectl', ['config', 'set-context', '--current', '--namespace', namespace], type)
  return type
}

function waitUntilRunning(namespace: string, nodes: number): Promise<boolean> {
  return eventually(`${nodes} pods of the recipe to run`, { deadline: 180_000 }, async (see) => {
    const { items } = await core().listNamespacedPod({ namespace })
    const running = items.filter(({ status }) => status?.containerStatuses?.every(({ ready }) => ready))
    see(`${running.length} of ${items.length} run`)
    return running.length === nodes || undefined
  })
}

function found(text: string, pattern: RegExp): string {
  const match = text.match(pattern)
  if (!match) throw new Error(`the guide has nothing like ${pattern}`)
  return match[1] ?? match[0]
}
