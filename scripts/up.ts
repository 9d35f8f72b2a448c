// A cluster to look at: creates a kind cluster, installs a chart, tests it, and says how to connect.
//   npm run up [-- --flavour valkey-cluster]     again and again; `npm run down` removes all of it
import { parseArgs } from 'node:util'
import { serverPods } from '../test/cluster/cluster.ts'
import { type Release, release, testRelease, upgrade } from '../test/kube/helm.ts'
import { ensureCluster, kubeconfigOf } from '../test/kube/kind.ts'
import { engineOf, imageValues, merge, small } from '../test/kube/values.ts'
import type { Result } from '../test/runner/command.ts'
import { pause } from '../test/runner/deadline.ts'
import { missingTools } from '../test/runner/tools.ts'
import { demoCluster } from './demo-cluster.ts'

const { values } = parseArgs({ options: { flavour: { type: 'string', default: 'redis-cluster' } } })
const began = performance.now()
const say = (text: string) =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`)

const missing = await missingTools(['docker', 'kind', 'kubectl', 'helm'])
if (missing.size > 0) give(`These are needed:\n${[...missing.values()].join('\n')}`)

say(`kind cluster ${demoCluster}: one control plane and two workers`)
const isNew = await ensureCluster({ name: demoCluster, workers: 2 })
say(`kind cluster ${demoCluster}: ${isNew ? 'created' : 'there already'}`)
// Images that TEST_IMAGES names go into this cluster, not into that of the tests.
process.env.TEST_CLUSTER = demoCluster
process.env.KUBECONFIG = kubeconfigOf(demoCluster)

const demo = release(values.flavour, values.flavour, { name: 'demo' })
const image = process.env.TEST_IMAGES ? await imageValues(demo.flavour) : {}
if (process.env.TEST_IMAGES) say('the images of TEST_IMAGES are on its nodes')
say(`chart ${demo.flavour}: installing release demo in namespace ${demo.namespace}`)
const args = ['--install', '--create-namespace', '--wait', '--timeout', '10m']
succeeded(await watched(demo, upgrade(demo, merge(small, image), args)), 'installing')
say('installed: the cluster is made')
succeeded(await testRelease(demo), 'testing')
say('tested: every shard took a write and gave it back')

const cli = `${engineOf(demo.flavour)}-cli`
const kubectl = `kubectl --kubeconfig ${kubeconfigOf(demoCluster)} --namespace ${demo.namespace}`
console.log(`
To connect:

  ${kubectl} exec -it ${demo.fullname}-0 --container server -- sh -c 'REDISCLI_AUTH="$(cat "$AUTH_FILE")" ${cli} -c'

The password:

  ${kubectl} get secret ${demo.fullname} --output go-template='{{.data.password | base64decode}}'

To remove it all: npm run down`)

/** Tells how many pods are ready, whenever it changes, until Helm is done. */
async function watched(of: Release, work: Promise<Result>): Promise<Result> {
  let done = false
  const ended = work.finally(() => {
    done = true
  })
  for (let last = ''; !done; await Promise.race([ended, pause(1000)])) {
    const pods = await serverPods(of).catch(() => [])
    const ready = pods.filter(({ status }) =>
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
    )
    const seen = `${ready.length} of ${pods.length} pods are ready`
    if (pods.length > 0 && seen !== last) say(seen)
    last = seen
  }
  return ended
}

function succeeded({ code, stdout, stderr }: Result, what: string): void {
  if (code !== 0)
    give(
      `${what} failed: ${stderr || stdout}\nLook at it with: KUBECONFIG=${kubeconfigOf(demoCluster)} kubectl get pods --all-namespaces`,
    )
}

function give(up: string): never {
  console.error(up)
  process.exit(1)
}
