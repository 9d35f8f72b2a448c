import { imageInCluster } from './images.ts'

/** What an installer sets: a tree of plain values. */
export interface Values {
  [key: string]: Value
}
type Value = string | number | boolean | null | Value[] | Values

/** The engine of a flavour: `redis` of redis-cluster. */
export const engineOf = (flavour: string) => flavour.replace(/-cluster$/, '')

/** Values for a cluster in a crowded kind cluster: the image at hand, and little of everything. */
export async function smallValues(flavour: string, more: Values = {}, age?: string): Promise<Values> {
  const image = await imageInCluster(engineOf(flavour), age)
  const colon = image.lastIndexOf(':')
  const small = {
    image: { registry: '', repository: image.slice(0, colon), tag: image.slice(colon + 1) },
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    jobs: { resources: { requests: { cpu: '20m', memory: '16Mi' } } },
    persistence: { size: '256Mi' },
  }
  return merge(small, more)
}

/** Lays `over` over `under`, as Helm merges values files. */
export function merge(under: Values, over: Values): Values {
  const merged = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isTree(below) && isTree(value) ? merge(below, value) : value
  }
  return merged
}

const isTree = (value: Value | undefined): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
