import type { Class } from '../bump.ts'
import type { PathDifference } from './differences.ts'

/** What a difference in an object means for a release that is upgraded. */
export interface Effect {
  class: Class
  what: string
  remedy?: string
}

/** What holds for a difference of a kind whose path fits; the first that fits decides. */
interface Rule {
  kinds: string | undefined
  path: RegExp
  effect: Effect | undefined
  /** On which sides there has to be something; on both unless told. */
  side?: 'before' | 'added'
}

const immutable: Effect = {
  class: 'breaking',
  what: 'cannot be changed by an upgrade',
  remedy: 'install a new release and move the data',
}
const frozen = (what: string): Effect => ({
  class: 'breaking',
  what,
  remedy: 'change whatever goes by it',
})
const inPlace: Effect = { class: 'fix', what: 'changes in place' }

const RULES: Rule[] = [
  // The two labels tell the version itself, and a generated password differs in every rendering.
  {
    kinds: undefined,
    path: /^metadata\.labels\.(helm\.sh\/chart|app\.kubernetes\.io\/version)$/,
    effect: undefined,
  },
  { kinds: 'Secret', path: /^(data|stringData)\./, effect: frozen('loses a key'), side: 'before' },
  {
    kinds: 'Secret',
    path: /^(data|stringData)\./,
    effect: { class: 'feature', what: 'has a new key' },
    side: 'added',
  },
  { kinds: 'Secret', path: /^(data|stringData)\./, effect: undefined },
  { kinds: 'Secret', path: /^type$/, effect: immutable },

  {
    kinds: 'StatefulSet',
    path: /^spec\.template\b/,
    effect: { class: 'restarts pods', what: 'restarts its pods' },
  },
  { kinds: 'StatefulSet', path: /^spec\.replicas$/, effect: { class: 'feature', what: 'changes its size' } },
  {
    kinds: 'StatefulSet',
    path: /^spec\.(updateStrategy|minReadySeconds|revisionHistoryLimit|persistentVolumeClaimRetentionPolicy|ordinals)\b/,
    effect: inPlace,
  },
  { kinds: 'StatefulSet', path: /^spec\b/, effect: immutable },

  { kinds: 'Service', path: /^spec\.clusterIPs?$/, effect: immutable },
  { kinds: 'Service', path: /^spec\.type$/, effect: frozen('is reached in another way') },
  {
    kinds: 'Service',
    path: /^spec\.ports\b/,
    effect: { class: 'feature', what: 'has a new port' },
    side: 'added',
  },
  { kinds: 'Service', path: /^spec\.ports\b/, effect: frozen('changes a port') },

  { kinds: 'hook', path: /./, effect: inPlace },
  { kinds: 'Job', path: /^spec\.(template|selector)\b/, effect: immutable },
  { kinds: undefined, path: /^spec\.selector\b/, effect: frozen('selects other pods') },
]

/** What a difference means; undefined for one that means nothing. */
export function effectOf(kind: string, difference: PathDifference, isHook: boolean): Effect | undefined {
  const { before, after } = difference
  const path = difference.path.join('.')
  const side = after === undefined ? 'before' : before === undefined ? 'added' : undefined
  const rule = RULES.find((one) => {
    const isOfKind = one.kinds === undefined || one.kinds === kind || (one.kinds === 'hook' && isHook)
    return isOfKind && one.path.test(path) && (one.side === undefined || one.side === side)
  })
  return rule ? rule.effect : inPlace
}
