import * as assert from 'uvu/assert'
import type { Place } from '../harness/exec.ts'
import { install, release } from '../harness/helm.ts'
import { imageInCluster } from '../harness/images.ts'
import { freshNamespace } from '../harness/namespace.ts'
import type { Scope } from '../harness/scope.ts'
import { imageValues, small } from '../harness/values.ts'
import { type Moment, takeNotes } from './notes.ts'
import { untilWhole } from './observer.ts'
import { fit, follow, readRecipe } from './recipe.ts'

/** Who makes the cluster. */
export type Side = 'recipe' | 'chart'

/** One cluster made; all times in seconds since the start of the first command. */
export interface Sample {
  side: Side
  nodes: number
  /** When all nodes agreed and all replicas were in sync. */
  seconds: number
  /** When each phase was over, in that order. */
  phases: Record<string, number>
  /** What the hooks' Jobs said. */
  log: string[]
  /** What was amiss until then. */
  amiss: string[]
}

// Both sides run the same image: one that the recipe can do with, and the chart still has to.
const AGE = 'previous'
const DEADLINE = 240_000

/** The image that both sides run. */
export const benchImage = () => imageInCluster('redis', AGE)

/** What there is to do by hand or by Helm, and where the first server will be. */
interface Making {
  first: Place
  make: () => Promise<void>
}

/** Makes a cluster of `nodes`, half of them replicas, in a namespace of its own; gone with the scope, volumes and all. */
export async function measure(side: Side, nodes: number, scope: Scope): Promise<Sample> {
  const { first, make } = side === 'chart' ? await byChart(nodes, scope) : await byRecipe(nodes, scope)
  const notes = await takeNotes(first)
  const began = Date.now()
  const making = make().then(() => Date.now())
  const [whole, ended] = await Promise.all([untilWhole(first, { nodes, deadline: DEADLINE }), making])
  const { phases, log } = await notes()

  const since = (moment: number) => (moment - began) / 1000
  const told = ({ at, line }: Moment) => `${since(at).toFixed(2)} ${line}`
  const all = { ...phases, 'last command ended': ended, 'seen to be whole': whole.at }
  const inOrder = Object.entries(all).sort(([, a], [, b]) => a - b)
  return {
    side,
    nodes,
    seconds: since(whole.at),
    phases: Object.fromEntries(inOrder.map(([phase, at]) => [phase, since(at)])),
    log: log.map(told),
    amiss: whole.before.map(told),
  }
}

async function byChart(nodes: number, scope: Scope): Promise<Making> {
  const of = release('redis-cluster', await freshNamespace(scope, 'bench-chart'))
  const values = {
    ...(await imageValues(of.flavour, AGE)),
    resources: small.resources,
    cluster: { shards: nodes / 2 },
  }
  return {
    first: { namespace: of.namespace, pod: `${of.fullname}-0`, container: 'server' },
    make: async () => {
      const installed = await install(of, values)
      assert.is(installed.code, 0, installed.stderr)
    },
  }
}

async function byRecipe(nodes: number, scope: Scope): Promise<Making> {
  // It says nothing of a user to run as.
  const namespace = await freshNamespace(scope, 'bench-recipe', 'privileged')
  const recipe = fit(await readRecipe(), {
    image: await benchImage(),
    nodes,
    resources: small.resources,
  })
  return {
    first: { namespace, pod: 'redis-cluster-0', container: 'redis' },
    make: () => follow(recipe, nodes, namespace, scope),
  }
}
