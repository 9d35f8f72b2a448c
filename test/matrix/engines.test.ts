import * as assert from 'uvu/assert'
import { waitUntilWhole } from '../cluster/cluster.ts'
import { writeAndRead } from '../cluster/load/start.ts'
import { ROLLING_RESTART, restartUnnoticed } from '../cluster/unnoticed.ts'
import { runScript } from '../kube/engine.ts'
import { install, release, testRelease } from '../kube/helm.ts'
import { agesOf, findImage } from '../kube/images.ts'
import { freshNamespace } from '../kube/namespace.ts'
import { engineOf, smallValues } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'

const test = suite('every image at hand', { timeout: 400_000 })

for (const flavour of ['redis-cluster', 'valkey-cluster'])
  for (const age of await agesOf(engineOf(flavour))) {
    const { tag } = await findImage(engineOf(flavour), age)
    test.proves(ROLLING_RESTART)
    test(`${flavour} with the image ${tag} makes a cluster that clients can use, through a rolling restart too`, async (_, scope) => {
      const of = release(flavour, await freshNamespace(scope, 'engine'))
      const installed = await install(of, await smallValues(flavour, {}, age))
      assert.is(installed.code, 0, installed.stderr)
      await waitUntilWhole(of, { nodes: 6, deadline: 30_000 })
      const { wrong, read } = await writeAndRead(of)
      assert.equal({ wrong, read }, { wrong: 0, read: 10_000 })
      const tested = await testRelease(of)
      assert.is(tested.code, 0, tested.stdout + tested.stderr)
      await restartUnnoticed(of)
      // A probe every few seconds would leave thousands a day.
      const zombies = await runScript(
        { namespace: of.namespace, pod: `${of.fullname}-0`, container: 'server' },
        `grep -l '^State:.*Z' /proc/[0-9]*/status 2>/dev/null | wc -l`,
      )
      assert.ok(Number(zombies) <= 2, `${zombies} processes that nobody has looked after`)
    })
  }

test.run()
