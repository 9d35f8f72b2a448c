import type { Class } from '../release/bump.ts'
import type { PathDifference } from './differences.ts'
import { letsAllThrough } from './network.ts'

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
  /** What the difference has to be like besides. */
  when?: (difference: PathDifference) => boolean
}

const isGone = ({ after }: PathDifference) => after === undefined
const isNew = ({ before }: PathDifference) => before === undefined

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
const widened: Effect = { class: 'feature', what: 'lets more through' }
const narrowed: Effect = {
  class: 'breaking',
  what: 'lets through something else, or less',
  remedy: 'see whether it still lets your clients through',
}

const RULES: Rule[] = [
  // The two labels tell the version itself, and a generated password differs in every rendering.
  {
    kinds: undefined,
    path: /^metadata\.labels\.(helm\.sh\/chart|app\.kubernetes\.io\/version)$/,
    effect: undefined,
  },
  {
    kinds: undefined,
    path: /^metadata\.namespace$/,
    effect: {
      class: 'breaking',
      what: 'is in another namespace',
      remedy: 'move the data: volumes stay where they are',
    },
  },
  {
    kinds: undefined,
    path: /^apiVersion$/,
    effect: {
      class: 'breaking',
      what: 'is of another version of the API',
      remedy: 'see that your Kubernetes has it',
    },
  },
  {
    kinds: undefined,
    path: /^immutable$/,
    effect: {
      class: 'breaking',
      what: 'cannot be changed any more',
      remedy: 'delete it before you change what it holds',
    },
  },
  {
    kinds: undefined,
    path: /^metadata\.annotations\.helm\.sh\/hook$/,
    effect: {
      class: 'breaking',
      what: 'is no hook any more, or runs at another moment',
      remedy: 'see what comes of it in an upgrade',
    },
  },
  // Helm's own default is to delete what was there before.
  {
    kinds: 'hook',
    path: /^metadata\.annotations\.helm\.sh\/hook-delete-policy$/,
    effect: {
      class: 'breaking',
      what: 'stays, and is in the way of the next',
      remedy: 'delete it before each upgrade',
    },
    when: ({ after }) => after !== undefined && !String(after).includes('before-hook-creation'),
  },
  // The preflight looks it up there, and refuses to change it.
  { kinds: 'ConfigMap', path: /^data\.appendonly$/, effect: immutable },

  { kinds: 'Secret', path: /^(data|stringData)\./, effect: frozen('loses a key'), when: isGone },
  {
    kinds: 'Secret',
    path: /^(data|stringData)\./,
    effect: { class: 'feature', what: 'has a new key' },
    when: isNew,
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
  { kinds: 'Service', path: /^spec\.publishNotReadyAddresses$/, effect: frozen('leads to other pods') },
  {
    kinds: 'Service',
    path: /^spec\.ports\b/,
    effect: { class: 'feature', what: 'has a new port' },
    when: isNew,
  },
  { kinds: 'Service', path: /^spec\.ports\b/, effect: frozen('changes a port') },

  { kinds: 'NetworkPolicy', path: /^spec\.(ingress|egress)$/, effect: widened, when: letsAllThrough },
  { kinds: 'NetworkPolicy', path: /^spec\.(ingress|egress|policyTypes|podSelector)\b/, effect: narrowed },
  {
    kinds: 'PersistentVolumeClaim',
    path: /^spec\.resources\b/,
    effect: { class: 'feature', what: 'changes its size, if the storage class can' },
  },
  { kinds: 'PersistentVolumeClaim', path: /^spec\b/, effect: immutable },
  { kinds: 'CronJob', path: /^spec\.schedule$/, effect: { class: 'feature', what: 'runs at other times' } },
  { kinds: 'CronJob', path: /^spec\b/, effect: inPlace },
  { kinds: 'PrometheusRule', path: /^spec\.groups\b/, effect: frozen('loses a rule'), when: isGone },
  {
    kinds: 'PrometheusRule',
    path: /^spec\.groups\b/,
    effect: { class: 'feature', what: 'has a new rule' },
    when: isNew,
  },

  { kinds: 'hook', path: /./, effect: inPlace },
  { kinds: 'Job', path: /^spec\.(template|selector)\b/, effect: immutable },
  { kinds: undefined, path: /^spec\.selector\b/, effect: frozen('selects other pods') },
]

/** What a difference means; undefined for one that means nothing. */
export function effectOf(kind: string, difference: PathDifference, isHook: boolean): Effect | undefined {
  const path = difference.path.join('.')
  const rule = RULES.find((one) => {
    const isOfKind = one.kinds === undefined || one.kinds === kind || (one.kinds === 'hook' && isHook)
    return isOfKind && one.path.test(path) && (one.when?.(difference) ?? true)
  })
  return rule ? rule.effect : inPlace
}
