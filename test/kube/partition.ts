import { must } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import { core } from './kubernetes.ts'

/** What a cut drops: every packet between two sides unless it is narrowed. */
export interface Cut {
  /** Only what leaves the smaller side; the other direction stays. */
  oneWay?: boolean
  /** Only connections to this TCP port, whoever opened them. */
  port?: number
}

/**
 * Cuts the pods of one Kubernetes node off from the pods of all others, at once; kubelets and the Kubernetes API stay.
 * Returns what heals the cut; the end of the scope heals it too.
 */
export async function cutOff(scope: Scope, node: string, cut: Cut = {}): Promise<() => Promise<void>> {
  const rules = rulesOf(cut, await podRanges(node))
  await apply(node, '-I', rules)
  let isCut = true
  const heal = async () => {
    if (isCut) await apply(node, '-D', rules)
    isCut = false
  }
  scope.defer(heal)
  return heal
}

/** The pods' address ranges of a node, and those of all others. */
async function podRanges(node: string): Promise<{ own: string[]; others: string[] }> {
  const { items } = await core().listNode()
  const rangesOf = (inside: boolean) =>
    items
      .filter(({ metadata }) => (metadata?.name === node) === inside)
      .flatMap(({ spec }) => spec?.podCIDRs ?? [])
  return { own: rangesOf(true), others: rangesOf(false) }
}

function rulesOf({ oneWay, port }: Cut, { own, others }: { own: string[]; others: string[] }): string[] {
  const pairs = own.flatMap((inside) => others.map((outside) => [inside, outside]))
  const paths = pairs.flatMap(([inside, outside]) => [
    `-s ${inside} -d ${outside}`,
    ...(oneWay ? [] : [`-s ${outside} -d ${inside}`]),
  ])
  if (port === undefined) return paths
  return paths.flatMap((path) => [`${path} -p tcp --dport ${port}`, `${path} -p tcp --sport ${port}`])
}

/** Puts rules before all others of the node's FORWARD chain, or takes them away, in one go. */
async function apply(node: string, verb: '-I' | '-D', rules: string[]): Promise<void> {
  const lines = ['*filter', ...rules.map((rule) => `${verb} FORWARD ${rule} -j DROP`), 'COMMIT', '']
  await must('docker', ['exec', '-i', node, 'iptables-restore', '--noflush', '--wait'], {
    input: lines.join('\n'),
  })
}
