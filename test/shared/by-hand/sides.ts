import * as assert from 'uvu/assert'
import type { Loaded } from '../../cluster/load/pods.ts'
import type { Place } from '../../kube/exec.ts'
import { install, release } from '../../kube/helm.ts'
import { imageInCluster } from '../../kube/images.ts'
import { freshNamespace } from '../../kube/namespace.ts'
import { imageValues, small } from '../../kube/values.ts'
import type { Scope } from '../../runner/scope.ts'
import { untilWhole } from './observer.ts'
import { fit, follow, readRecipe } from './recipe.ts'

/** Who makes the cluster. */
export type Side = 'recipe' | 'chart'

/** A cluster of either side, where what differs between them is known by name. */
export interface Subject extends Loaded {
  side: Side
  nodes: number
  /** Its StatefulSet. */
  set: string
  /** Which pods are its servers. */
  selector: string
  /** Where the first server is. */
  first: Place
}

// Both sides run the same image: one that the recipe can do with, and the chart still has to.
const AGE = 'previous'
const FLAVOUR = 'redis-cluster'

/** How long a cluster may take to be made, in milliseconds. */
export const MAKING = 240_000

/** The image that both sides run. */
export const benchImage = () => imageInCluster('redis', AGE)

/** A cluster to be, in a namespace of its own that goes with the scope, volumes and all; and how to make it. */
export async function prepare(
  side: Side,
  nodes: number,
  scope: Scope,
): Promise<{ subject: Subject; make: () => Promise<void> }> {
  return side === 'chart' ? byChart(nodes, scope) : byRecipe(nodes, scope)
}

/** A whole cluster of six nodes. */
export async function sixNodes(side: Side, scope: Scope): Promise<Subject> {
  const { subject, make } = await prepare(side, 6, scope)
  await make()
  await untilWhole(subject, { deadline: MAKING })
  return subject
}

async function byChart(nodes: number, scope: Scope) {
  const of = release(FLAVOUR, await freshNamespace(scope, 'bench-chart'))
  const values = {
    ...(await imageValues(FLAVOUR, AGE)),
    resources: small.resources,
    cluster: { shards: nodes / 2 },
  }
  const { namespace, fullname } = of
  const subject: Subject = {
    side: 'chart',
    nodes,
    namespace,
    flavour: FLAVOUR,
    fullname,
    set: fullname,
    selector: 'app.kubernetes.io/component=server',
    first: { namespace, pod: `${fullname}-0`, container: 'server' },
  }
  const make = async () => {
    const installed = await install(of, values)
    assert.is(installed.code, 0, installed.stderr)
  }
  return { subject, make }
}

async function byRecipe(nodes: number, scope: Scope) {
  // It says nothing of a user to run as.
  const namespace = await freshNamespace(scope, 'bench-recipe', 'privileged')
  const recipe = fit(await readRecipe(), { image: await benchImage(), nodes, resources: small.resources })
  const name = 'redis-cluster'
  const subject: Subject = {
    side: 'recipe',
    nodes,
    namespace,
    flavour: FLAVOUR,
    fullname: name,
    set: name,
    selector: `app=${name}`,
    first: { namespace, pod: `${name}-0`, container: 'redis' },
  }
  return { subject, make: () => follow(recipe, nodes, namespace, scope) }
}
