import { readdir, readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { chartOf, install, release, testRelease } from '../kube/helm.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { imageValues, merge, small, type Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite('the values files that come with the charts', { timeout: 300_000 })

const folders: [folder: string, flavour: string][] = [
  ['environments', 'valkey-cluster'],
  ['ci', 'redis-cluster'],
]

interface Sized {
  cluster?: { shards?: number; replicasPerShard?: number }
}

for (const [folder, flavour] of folders)
  for (const file of await readdir(`${chartOf(flavour)}/${folder}`)) {
    test.proves({
      topic: 'Install and remove',
      promise: 'Every values file that comes with a chart makes a whole cluster',
    })
    test(`${folder}/${file} makes a whole ${flavour}, with nothing but its resources scaled down`, async (_, scope) => {
      const of = release(flavour, await freshNamespace(scope, 'shipped'))
      const shipped = load(await readFile(`${chartOf(flavour)}/${folder}/${file}`, 'utf8')) as Values & Sized
      const installed = await install(of, merge(shipped, merge(small, await imageValues(flavour))))
      assert.is(installed.code, 0, installed.stderr)
      const { shards = 3, replicasPerShard = 1 } = shipped.cluster ?? {}
      const nodes = shards * (1 + replicasPerShard)
      assert.is((await waitUntilWhole(of, { nodes, deadline: 30_000 })).length, shards)
      const { wrong, read } = await writeAndRead(of)
      assert.equal({ wrong, read }, { wrong: 0, read: 10_000 })
      const tested = await testRelease(of)
      assert.is(tested.code, 0, tested.stdout + tested.stderr)
    })
  }

test.run()
