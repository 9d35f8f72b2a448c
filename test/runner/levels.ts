/** A kind of test: what must be there for it to run, and how it runs. */
export interface Level {
  /** What all its files need, as `scripts/tools` knows it; a file names in its first lines what it needs beyond that. */
  tools: string[]
  /** Whether its files need a Kubernetes cluster. */
  cluster: boolean
  /** Files at once. Those that share a cluster or a stopwatch run one after the other. */
  atOnce: number
  /** Whether a plain `npm test` runs it. */
  always: boolean
  /** Whether its files run servers by an engine's programs: this machine's, or those out of the images that --engines names. */
  engines?: boolean
  /** A folder where its files add to one table, figures.txt, which is shown at the end. */
  results?: string
}

/** Where the bench keeps what it measures. */
export const benchResults = 'test-results/bench'

const inCluster = ['docker', 'kind', 'kubectl', 'helm', 'helm4']

/** The levels, in the order in which they run. The files of a level are `test/<level>/**\/*.test.ts`. */
export const levels: Record<string, Level> = {
  unit: { tools: [], cluster: false, atOnce: 2, always: true },
  render: { tools: ['helm'], cluster: false, atOnce: 2, always: true },
  // Two cores carry two files: servers that starve miss their heartbeats.
  engine: { tools: ['engine', 'busybox', 'mawk'], cluster: false, atOnce: 2, always: true, engines: true },
  versions: { tools: ['docker', 'busybox', 'mawk'], cluster: false, atOnce: 2, always: true },
  kind: { tools: [...inCluster, 'docker-registry'], cluster: true, atOnce: 1, always: true },
  matrix: { tools: inCluster, cluster: true, atOnce: 1, always: false },
  bench: {
    tools: [...inCluster, 'engine', 'busybox', 'mawk'],
    cluster: true,
    atOnce: 1,
    always: false,
    results: benchResults,
  },
}
