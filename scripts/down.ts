// Removes what `npm run up` has made.
import { deleteCluster } from '../test/kube/kind.ts'
import { missingTools } from '../test/runner/tools.ts'
import { demoCluster } from './demo-cluster.ts'

const missing = await missingTools(['docker', 'kind'])
if (missing) {
  console.error(`These are needed:\n${missing}`)
  process.exit(1)
}
await deleteCluster(demoCluster)
console.log(`kind cluster ${demoCluster}: deleted`)
