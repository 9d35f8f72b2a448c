// Removes what `npm run up` has made.
import { deleteCluster } from '../test/kube/kind.ts'
import { missingTools } from '../test/runner/tools.ts'
import { demoCluster } from './demo-cluster.ts'

const missing = await missingTools(['docker', 'kind'])
if (missing.size > 0) {
  console.error(`These are needed:\n${[...missing.values()].join('\n')}`)
  process.exit(1)
}
await deleteCluster(demoCluster)
console.log(`kind cluster ${demoCluster}: deleted`)
