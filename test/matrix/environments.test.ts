import { readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../harness/cluster.ts'
import { chartOf, install, release, testRelease } from '../harness/helm.ts'
import { writeAndRead } from '../harness/load.ts'
import { freshNamespace } from '../harness/namespace.ts'
import { suite } from '../harness/suite.ts'
import { imageValues, merge, small, type Values } from '../harness/values.ts'

const test = suite('the environments that come with the charts', { timeout: 300_000 })

const environments = [
  { name: 'dev', flavour: 'valkey-cluster', shards: 3, nodes: 3 },
  { name: 'staging', flavour: 'valkey-cluster', shards: 3, nodes: 6 },
  { name: 'production', flavour: 'redis-cluster', shards: 7, nodes: 14 },
]

for (const { name, flavour, shards, nodes } of environments)
  test(`${name} makes a whole cluster of ${nodes} nodes, with nothing but its resources scaled down`, async (_, scope) => {
    const of = release(flavour, await freshNamespace(scope, name))
    const environment = load(
      await readFile(`${chartOf(flavour)}/environments/${name}.yaml`, 'utf8'),
    ) as Values
    const layers = merge(environment, merge(small, await imageValues(flavour)))
    const installed = await install(of, layers)
    assert.is(installed.code, 0, installed.stderr)
    assert.is((await waitUntilWhole(of, { nodes, deadline: 30_000 })).length, shards)
    const { wrong, read } = await writeAndRead(of)
    assert.equal({ wrong, read }, { wrong: 0, read: 10_000 })
    const tested = await testRelease(of)
    assert.is(tested.code, 0, tested.stdout + tested.stderr)
  })

test.run()
