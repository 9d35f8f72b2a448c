import { imageInCluster } from './images.ts'

/** What an installer sets: a tree of plain values. */
export interface Values {
  [key: string]: Value
}
type Value = string | number | boolean | null | Value[] | Values

/** The engine of a flavour: `redis` of redis-cluster. */
export const engineOf = (flavour: string) => flavour.replace(/-cluster$/, '')

/** Little of everything, for several nodes on one machine. */
export const small = {
  resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
  jobs: { resources: { requests: { cpu: '20m', memory: '16Mi' } } },
  persistence: { size: '256Mi' },
} satisfies Values

/** Values for an image at hand: of a flavour's engine, `current` or of another age. */
export async function imageValues(flavour: string, age?: string): Promise<Values> {
  const image = await imageInCluster(engineOf(flavour), age)
  const colon = image.lastIndexOf(':')
  return { image: { registry: '', repository: image.slice(0, colon), tag: image.slice(colon + 1) } }
}

/** What tests install: the image at hand, little of everything, and what the test is about. */
export async function smallValues(flavour: string, more: Values = {}, age?: string): Promise<Values> {
  return merge(merge(small, await imageValues(flavour, age)), more)
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
