import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../../cluster/cluster.ts'
import { startLoad, writeAndRead } from '../../cluster/load/start.ts'
import { keysOf } from '../../cluster/six-nodes.ts'
import { sized } from '../../cluster/sizes.ts'
import { assertUnnoticed, UNNOTICED } from '../../cluster/unnoticed.ts'
import { chartOf, type Release, release } from '../../kube/helm.ts'
import { kubectl } from '../../kube/kubectl.ts'
import { core } from '../../kube/kubernetes.ts'
import { freshNamespace } from '../../kube/namespace.ts'
import { smallValues } from '../../kube/values.ts'
import { type Result, run } from '../../runner/command.ts'
import { eventually } from '../../runner/deadline.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'

interface Context {
  of: Release
}

const test = suite<Context>('Helm itself killed', {
  timeout: 400_000,
  setup: async (scope: Scope) => ({ of: release('redis-cluster', await freshNamespace(scope, 'killed')) }),
})

/** Writes values into a file that lives as long as the test, and returns the command that a person would type. */
async function command(scope: Scope, of: Release, verb: string, shards: number): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'values-'))
  scope.defer(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'values.json')
  await writeFile(file, JSON.stringify(await smallValues(of.flavour, sized(shards))))
  const chart = chartOf(of.flavour)
  return [verb, of.name, chart, '--namespace', of.namespace, '--values', file, '--timeout', '6m']
}

/** Starts Helm and kills it, with no time to tidy up, at the moment that `until` waits for. */
async function killed(
  of: Release,
  scope: Scope,
  args: string[],
  until: () => Promise<unknown>,
): Promise<void> {
  const helm = spawn(of.helm, args, { stdio: 'ignore' })
  scope.defer(() => helm.kill('SIGKILL'))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => helm.once('exit', (_, by) => resolve(by)))
  await until()
  helm.kill('SIGKILL')
  assert.is(await ended, 'SIGKILL', 'Helm was still at work')
}

/** Types the command again: Helm refuses as long as its own record says that another is at work, and the README's way out helps. */
async function again(of: Release, args: string[], state: string): Promise<void> {
  const helm = (): Promise<Result> => run(of.helm, args, { deadline: 400_000 })
  const refused = await helm()
  assert.is.not(refused.code, 0)
  assert.match(refused.stderr, /in progress|still in use/)
  const record = ['delete', 'secret', '--selector', `owner=helm,name=${of.name},status=${state}`]
  assert.match(await kubectl(of, ...record), /deleted/)
  const { code, stdout, stderr } = await helm()
  assert.is(code, 0, stdout + stderr)
}

const untilPods = (of: Release, count: number) =>
  eventually(`${count} pods to be there`, { deadline: 60_000, every: 50 }, async () => {
    return (await serverPods(of)).length >= count || undefined
  })

/** Waits until a Job's pod has told that it changes something: a step, or slots on the move. */
const untilStep = (of: Release, component: string) =>
  eventually(`${component} to have changed something`, { deadline: 120_000, every: 50 }, async (see) => {
    const labelSelector = `app.kubernetes.io/component=${component}`
    const { items } = await core().listNamespacedPod({ namespace: of.namespace, labelSelector })
    const pod = items.find(({ status }) => status?.phase === 'Running')?.metadata?.name
    if (!pod) return undefined
    const log = await kubectl(of, 'logs', pod)
    see(log)
    return / (step|move) /.test(log) || undefined
  })

test.proves({
  topic: 'Mistakes are mended',
  promise: 'An install whose Helm was killed is mended by the same command, once its record is deleted',
})
test('in an install, before the Job that creates the cluster: typed again, it is whole', async ({
  of,
}, scope) => {
  const install = await command(scope, of, 'install', 3)
  await killed(of, scope, install, () => untilPods(of, 6))
  await again(of, install, 'pending-install')
  await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
  const { wrong } = await writeAndRead(of, 10_000)
  assert.is(wrong, 0)
})

for (const [what, shards, until] of [
  ['a scale-out, when the new pods start', 4, (of: Release) => untilPods(of, 8)],
  ['a scale-in, when slots move', 3, (of: Release) => untilStep(of, 'preflight')],
  ['another scale-out, when slots move', 4, (of: Release) => untilStep(of, 'reconcile')],
] as const) {
  test.proves({
    topic: 'Mistakes are mended',
    promise: `A change whose Helm was killed is mended by the same command, once its record is deleted: ${what}`,
    bound: UNNOTICED,
  })
  test(`in ${what}: typed again, the size is reached, clients notice nothing, and nothing is lost`, async ({
    of,
  }, scope) => {
    const keys = await keysOf(of)
    const load = await startLoad(of)
    const upgrade = await command(scope, of, 'upgrade', shards)
    await killed(of, scope, upgrade, () => until(of))
    await again(of, upgrade, 'pending-upgrade')
    await waitUntilReady(of, { nodes: 2 * shards, deadline: 60_000 })
    const whole = await waitUntilWhole(of, { nodes: 2 * shards, deadline: 30_000 })
    assert.is(whole.length, shards)
    assertUnnoticed(await load.stop())
    assert.ok((await keysOf(of)) >= keys)
  })
}

test.run()
