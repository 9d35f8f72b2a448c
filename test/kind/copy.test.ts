import * as assert from 'uvu/assert'
import { views, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { startLoad, writeAndRead } from '../cluster/load/start.ts'
import { type Context, keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { assertUnnoticed } from '../cluster/unnoticed.ts'
import { copyVolumes, samePassword } from '../cluster/volumes.ts'
import { install, type Release, release, testRelease } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { smallValues } from '../kube/values.ts'
import { pause } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

// It is not the network that keeps the copy from the original here.
const open = { networkPolicy: { enabled: false } }

const test = suite<Context>('the volumes of a release, copied into another namespace', {
  timeout: 400_000,
  setup: (scope) => sixNodes(scope, 'original', open),
})

/** The ids that the nodes of a release know, sorted, as each node has them. */
const idsKnown = async (of: Release) =>
  (await views(of)).map(({ nodes }) =>
    nodes
      .map(({ id }) => id)
      .sort()
      .join(),
  )

test.proves({
  topic: 'Loss and recovery',
  promise: 'Copies of all volumes, started beside the living original, become a cluster of their own',
  bound: 'the original’s clients notice nothing, and no acknowledged write is lost',
})
test('the same chart makes a cluster of its own of them, with all keys, and clients of the original notice nothing', async ({
  of,
}, scope) => {
  await writeAndRead(of, 8000)
  const keys = await keysOf(of)
  const copy = release(of.flavour, await freshNamespace(scope, 'copy'))
  const values = await samePassword(of, copy)
  // Under load from before the copy is made until some time after its cluster is whole.
  const load = await startLoad(of)
  await copyVolumes(of, copy)
  const installed = await install(copy, await smallValues(of.flavour, { ...open, ...values }))
  assert.is(installed.code, 0, installed.stderr)
  await waitUntilReady(copy, { nodes: 6, deadline: 60_000 })
  await waitUntilWhole(copy, { nodes: 6, deadline: 60_000 })
  await pause(20_000)
  assertUnnoticed(await load.stop())

  for (const one of [of, copy]) {
    await waitUntilWhole(one, { nodes: 6, deadline: 30_000 })
    const tested = await testRelease(one)
    assert.is(tested.code, 0, tested.stdout + tested.stderr)
  }
  assert.ok((await keysOf(copy)) >= keys, 'the copy holds the keys')
  assert.ok((await keysOf(of)) >= keys, 'the original holds the keys')
  const [known, copies] = [new Set(await idsKnown(of)), new Set(await idsKnown(copy))]
  assert.is(known.size, 1)
  assert.is(copies.size, 1)
  const [ids = '', others = ''] = [...known, ...copies].map((list) => list.split(','))
  assert.is(new Set([...ids, ...others]).size, 12)
})

test.run()
