import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { tagsIn } from '../cluster/load/slots.ts'
import { type Context, keysOf, sixNodes } from '../cluster/six-nodes.ts'
import { runScript } from '../kube/engine.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { smallValues } from '../kube/values.ts'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'

const limited = (memory: string) => ({ resources: { requests: { memory: '48Mi' }, limits: { memory } } })
const ENOUGH = '320Mi'
const TOO_LITTLE = '64Mi'
const MEGABYTES = 120

const test = suite<Context>('a memory limit that is too low for a shard', {
  timeout: 600_000,
  setup: async (scope) => {
    const context = await sixNodes(scope, 'oom', limited(ENOUGH))
    await fill(context.of)
    return context
  },
})

/** Writes megabytes to one shard. */
async function fill({ namespace, fullname }: Release): Promise<void> {
  const [tag] = tagsIn([[100, 100]], 1)
  const said = await runScript(
    { namespace, pod: `${fullname}-0`, container: 'server' },
    `for i in $(seq ${MEGABYTES}); do head -c 1000000 /dev/zero | "$cli" -c -x SET "{${tag}}$i" | tail -n 1; done`,
    [],
    120_000,
  )
  assert.is(said.match(/OK/g)?.length, MEGABYTES, said)
}

const untilLooping = (of: Release) =>
  eventually('a server to be killed again and again', { deadline: 240_000 }, async (see) => {
    const servers = (await serverPods(of)).flatMap(
      ({ status }) => status?.containerStatuses?.filter(({ name }) => name === 'server') ?? [],
    )
    see(
      servers.map(({ restartCount, lastState }) => `${restartCount} ${lastState?.terminated?.reason}`).join(),
    )
    const loops = servers.some(
      ({ ready, restartCount, lastState }) =>
        !ready && restartCount >= 2 && lastState?.terminated?.reason === 'OOMKilled',
    )
    return loops || undefined
  })

for (const args of [[], ['--atomic']]) {
  test.proves({
    topic: 'Mistakes are mended',
    promise: 'A memory limit that is too low for the data is mended by an upgrade, and all keys are there',
  })
  test(`its pod is killed again and again, and an upgrade that raises the limit${args.map((arg) => ` with ${arg}`)} mends that: all keys are there`, async ({
    of,
  }) => {
    const keys = await keysOf(of)
    const mistake = await upgrade(of, await smallValues(of.flavour, limited(TOO_LITTLE)), [
      '--timeout',
      '60s',
    ])
    assert.is.not(mistake.code, 0)
    await untilLooping(of)
    const mended = await upgrade(of, await smallValues(of.flavour, limited(ENOUGH)), [
      ...args,
      '--timeout',
      '8m',
    ])
    assert.is(mended.code, 0, mended.stdout + mended.stderr)
    await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
    await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
    assert.is(await keysOf(of), keys)
  })
}

test.run()
