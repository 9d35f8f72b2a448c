/** The kind cluster that `npm run up` makes and `npm run down` removes. */
export const demoCluster = 'cluster-charts'
