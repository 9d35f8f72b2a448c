import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { install, type Release, release, testRelease, uninstall, upgrade } from '../kube/helm.ts'
import { core } from '../kube/kubernetes.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { workers } from '../kube/workers.ts'
import { suite } from '../runner/suite.ts'
import { leftovers } from './leftovers.ts'

const test = suite('install, use, upgrade, uninstall', { timeout: 300_000 })

// Without --wait all other files install.
const WAIT = ['--wait', '--timeout', '3m']
const ways: [name: string, flavour: string, helm: string, args: string[]][] = [
  ['redis-cluster with --wait', 'redis-cluster', 'helm', WAIT],
  ['valkey-cluster by Helm 4 with --wait', 'valkey-cluster', 'helm4', WAIT],
]

/** What an upgrade that changes nothing must leave as it is: which pods run, since when, and the password. */
async function identity(of: Release): Promise<string[]> {
  const pods = await serverPods(of)
  const secret = await core().readNamespacedSecret({ name: of.fullname, namespace: of.namespace })
  const started = pods.map(({ metadata, status }) =>
    [metadata?.name, metadata?.uid, status?.containerStatuses?.map(({ restartCount }) => restartCount)].join(
      ' ',
    ),
  )
  return [...started, secret.data?.password ?? '']
}

for (const [name, flavour, helm, args] of ways) {
  test.proves({
    topic: 'Install and remove',
    promise: 'One command makes a cluster that clients can use, and one removes it',
    bound:
      'all slots covered, no replica beside its master, and after the removal nothing is left but the volumes',
  })
  test(`${name}: one command makes a cluster that clients can use, and one removes it`, async (_, scope) => {
    const of = release(flavour, await freshNamespace(scope, 'install'), { helm })
    const zones = Object.fromEntries((await workers()).map((node, n) => [node, `zone-${n}`]))
    const values = await smallValues(flavour, { cluster: { zones } })

    const installed = await install(of, values, args)
    assert.is(installed.code, 0, installed.stderr)
    const shards = await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
    assert.is(shards.length, 3)
    for (const { master, replicas } of shards) {
      assert.is(replicas.length, 1)
      assert.is.not(replicas[0]?.place, master.place, `${replicas[0]?.pod} shares the node of ${master.pod}`)
    }

    const { written, read, wrong } = await writeAndRead(of)
    assert.equal({ written, read, wrong }, { written: 10_000, read: 10_000, wrong: 0 })

    const tested = await testRelease(of)
    assert.is(tested.code, 0, tested.stdout + tested.stderr)
    // The names by which the pods know their Kubernetes nodes are those of the values.
    assert.match(
      tested.stdout + tested.stderr,
      /no replica on its master's Kubernetes node, none in its zone/,
    )
    assert.not.match(tested.stdout + tested.stderr, / zones +a replica can be/)

    await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
    const before = await identity(of)
    const upgraded = await upgrade(of, values, args)
    assert.is(upgraded.code, 0, upgraded.stderr)
    assert.equal(await identity(of), before)

    const removed = await uninstall(of, ['--wait'])
    assert.is(removed.code, 0, removed.stderr)
    // The volumes are kept unless persistence.retention says otherwise.
    const volumes = Array.from(
      { length: 6 },
      (_, ordinal) => `PersistentVolumeClaim data-${of.fullname}-${ordinal}`,
    )
    assert.equal(await leftovers(of), volumes)
  })
}

test.proves({
  topic: 'Install and remove',
  promise: 'The volumes go with the release where persistence.retention says so',
})
test('volumes go with the release where the values say so', async (_, scope) => {
  const of = release('redis-cluster', await freshNamespace(scope, 'retention'))
  const more = { cluster: { replicasPerShard: 0 }, persistence: { retention: { whenDeleted: 'Delete' } } }
  const installed = await install(of, await smallValues('redis-cluster', more))
  assert.is(installed.code, 0, installed.stderr)
  const removed = await uninstall(of, ['--wait'])
  assert.is(removed.code, 0, removed.stderr)
  assert.equal(await leftovers(of), [])
})

test.run()
