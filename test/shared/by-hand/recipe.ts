import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { dump, loadAll } from 'js-yaml'
import { core } from '../../kube/kubernetes.ts'
import type { Values } from '../../kube/values.ts'
import { must, run } from '../../runner/command.ts'
import { eventually } from '../../runner/deadline.ts'
import type { Scope } from '../../runner/scope.ts'

/** Commands of a person who makes a cluster by hand: a StatefulSet, its pods' addresses, and the client's own `--cluster create`. */
const CREATE = ['kubectl create --filename servers.yaml', 'kubectl create --filename service.yaml']
const ADDRESSES = `kubectl get pods --selector app=redis-cluster --output jsonpath='{range .items[*]}{.status.podIP}:6379 {end}'`
const CLUSTER =
  'kubectl exec redis-cluster-0 -- redis-cli --cluster create --cluster-yes --cluster-replicas 1'

const FILES = path.join(import.meta.dirname, 'manifests')

/** The manifests of the cluster made by hand, by their files' names. */
export type Recipe = Map<string, string>

/** What has to be fitted to the machine at hand. */
export interface Fitting {
  image: string
  nodes: number
  resources: Values
}

interface StatefulSet {
  kind: 'StatefulSet'
  spec: { replicas: number; template: { spec: { containers: [{ image: string; resources: Values }] } } }
}

/** Reads the manifests. */
export async function readRecipe(): Promise<Recipe> {
  const names = await readdir(FILES)
  const files = names.map(
    async (name): Promise<[string, string]> => [name, await readFile(path.join(FILES, name), 'utf8')],
  )
  return new Map(await Promise.all(files))
}

/** Fits the recipe to the machine: the image, how many pods, what each may use; nothing else. */
export function fit(recipe: Recipe, { image, nodes, resources }: Fitting): Recipe {
  const objects = loadAll(recipe.get('servers.yaml') ?? '')
  const sets = objects.filter((one): one is StatefulSet => (one as StatefulSet).kind === 'StatefulSet')
  const [set] = sets
  if (!set || sets.length > 1) throw new Error(`servers.yaml has ${sets.length} StatefulSets`)
  set.spec.replicas = nodes
  Object.assign(set.spec.template.spec.containers[0], { image, resources })
  return new Map(recipe).set('servers.yaml', objects.map((one) => dump(one)).join('---\n'))
}

/** Follows the recipe in a namespace, as fast as a person could who never has to think. */
export async function follow(recipe: Recipe, nodes: number, namespace: string, scope: Scope): Promise<void> {
  const type = await desk(recipe, namespace, scope)
  for (const command of CREATE) await must('sh', ['-c', command], type)
  await waitUntilRunning(namespace, nodes)
  const addresses = (await must('sh', ['-c', ADDRESSES], type)).trim()
  // How it ends is seen from outside; its exit code is not trusted.
  await run('sh', ['-c', `${CLUSTER} ${addresses}`], { ...type, deadline: 180_000 })
}

/** Where that person sits: the files in the current folder, and kubectl set to the namespace. */
export async function desk(recipe: Recipe, namespace: string, scope: Scope) {
  const folder = await mkdtemp(path.join(tmpdir(), 'recipe-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const KUBECONFIG = path.join(folder, '.kube/config')
  await mkdir(path.dirname(KUBECONFIG))
  for (const [name, content] of recipe) await writeFile(path.join(folder, name), content)
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
