import * as assert from 'uvu/assert'
import { tagsIn } from '../cluster/load/slots.ts'
import { startLoad } from '../cluster/load/start.ts'
import { type Context, keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { resize } from '../cluster/sizes.ts'
import { assertUnnoticed, UNNOTICED } from '../cluster/unnoticed.ts'
import { runScript } from '../kube/engine.ts'
import { suite } from '../runner/suite.ts'

const test = suite<Context>('sizes beyond the ordinary', {
  timeout: 900_000,
  setup: (scope) => sixNodes(scope, 'resize'),
})

test.proves({
  topic: 'Scaling',
  promise: 'Slots with large values and with many keys move while clients work',
  bound: UNNOTICED,
})
test('3 to 7 to 3 under load, with a value of five megabytes and ten thousand keys in one slot', async ({
  of,
}) => {
  const [tag] = tagsIn([[5000, 5000]], 1)
  const [other] = tagsIn([[15_000, 15_000]], 1)
  await runScript(
    { namespace: of.namespace, pod: `${of.fullname}-0`, container: 'server' },
    `head -c 5000000 /dev/zero | tr '\\0' x | "$cli" -c -x SET '{${tag}}big'
     i=0; while [ $i -lt 10000 ]; do echo "SET {${other}}$i $i"; i=$((i + 1)); done | "$cli" -c >/dev/null`,
  )
  const keys = await keysOf(of)
  assert.ok(keys >= 10_001, `${keys} keys`)
  for (const shards of [7, 3]) {
    const load = await startLoad(of)
    await resize(of, shards, 1)
    assertUnnoticed(await load.stop())
  }
  assert.ok((await keysOf(of)) >= keys)
})

test('shards and replicas change together, under load', async ({ of }) => {
  const keys = await keysOf(of)
  await resize(of, 4, 1)
  const load = await startLoad(of)
  await resize(of, 3, 2)
  assertUnnoticed(await load.stop())
  await resize(of, 3, 1)
  assert.ok((await keysOf(of)) >= keys)
})

test('replicas 1 to 0 to 1', async ({ of }) => {
  const keys = await keysOf(of)
  await resize(of, 3, 0)
  assert.is(await keysOf(of), keys)
  await resize(of, 3, 1)
  assert.is(await keysOf(of), keys)
})

test.run()
