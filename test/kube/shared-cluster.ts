import { noteKubernetes } from '../runner/setting.ts'
import { deleteCluster, ensureCluster, kubeconfigOf } from './kind.ts'

const WORKERS = 2

/** The name of the cluster that all test files of a run share. */
export const clusterName = () => process.env.TEST_CLUSTER || 'cluster-charts-test'

/**
 * One cluster for a whole run: made when first needed, deleted at the end unless KEEP_CLUSTER is set. With CI set it is a new
 * one: what a run that was broken off has left behind proves nothing.
 */
export function sharedCluster() {
  const name = clusterName()
  let started = false
  return {
    async start(): Promise<void> {
      if (started) return
      started = true
      if (process.env.CI) await deleteCluster(name)
      const began = performance.now()
      const isNew = await ensureCluster({ name, workers: WORKERS })
      const seconds = ((performance.now() - began) / 1000).toFixed(0)
      console.log(`cluster ${name}: ${isNew ? `created in ${seconds} s` : 'taken as it is'}`)
      // For everything that the tests start, whatever the user's own kubeconfig says.
      process.env.KUBECONFIG = kubeconfigOf(name)
      await noteKubernetes()
    },
    async end(): Promise<void> {
      if (!started) return
      if (process.env.KEEP_CLUSTER)
        return console.log(`\ncluster ${name} is kept: KUBECONFIG=${kubeconfigOf(name)}`)
      await deleteCluster(name)
      console.log(`\ncluster ${name}: deleted`)
    },
  }
}
