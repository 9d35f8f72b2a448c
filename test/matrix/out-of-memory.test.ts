import type { V1ContainerStatus } from '@kubernetes/client-node'
import * as assert from 'uvu/assert'
import { serverPods, waitUntilReady, waitUntilWhole } from '../harness/cluster.ts'
import { eventually } from '../harness/deadline.ts'
import { ask, runScript } from '../harness/engine.ts'
import { type Release, upgrade } from '../harness/helm.ts'
import { type Context, keysOf, sixNodes } from '../harness/moving.ts'
import { suite } from '../harness/suite.ts'
import { smallValues } from '../harness/values.ts'
import { tagsIn } from '../load/slots.ts'

const limited = (memory: string) => ({ resources: { requests: { memory: '48Mi' }, limits: { memory } } })

const test = suite<Context>('a shard whose pods run out of memory again and again', {
  timeout: 600_000,
  setup: (scope) => sixNodes(scope, 'oom', limited('48Mi')),
})

const serverOf = async (of: Release): Promise<V1ContainerStatus[]> =>
  (await serverPods(of)).flatMap(
    ({ status }) => status?.containerStatuses?.filter(({ name }) => name === 'server') ?? [],
  )

/** Writes megabytes to one shard, whatever its limit says, until its master is no more; returns how many were acknowledged. */
async function overfill(of: Release): Promise<number> {
  const [tag] = tagsIn([[100, 100]], 1)
  const shards = await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const holds = ({ slots }: (typeof shards)[number]) => slots.some(([from, to]) => from <= 100 && to >= 100)
  const shard = shards.find(holds)
  const elsewhere = shards.find((one) => one !== shard)?.primary.pod ?? ''
  for (const { pod } of shard ? [shard.primary, ...shard.replicas] : [])
    await ask(of.namespace, pod, 'CONFIG', 'SET', 'maxmemory', '0')
  const said = await runScript(
    { namespace: of.namespace, pod: elsewhere, container: 'server' },
    `n=0
     while [ "$(head -c 1000000 /dev/zero | "$cli" -c -x SET "{${tag}}$n-$(date +%s)" 2>&1 | tail -n 1)" = OK ]; do n=$((n + 1)); done
     echo "$n"`,
    [],
    120_000,
  )
  return Number(said.trim().split('\n').at(-1))
}

const untilLooping = (of: Release) =>
  eventually('a server to be killed again and again', { deadline: 180_000 }, async (see) => {
    const servers = await serverOf(of)
    see(
      servers.map(({ restartCount, lastState }) => `${restartCount} ${lastState?.terminated?.reason}`).join(),
    )
    return servers.some(
      ({ ready, restartCount, lastState }) =>
        !ready && restartCount >= 2 && lastState?.terminated?.reason === 'OOMKilled',
    )
      ? servers
      : undefined
  })

for (const [memory, args] of [
  ['192Mi', []],
  ['512Mi', ['--atomic', '--timeout', '8m']],
] as const)
  test(`is mended by an upgrade that raises the limit${args.length > 0 ? ', with --atomic' : ''}: all its keys are there`, async ({
    of,
  }) => {
    const before = await keysOf(of)
    const acknowledged = await overfill(of)
    assert.ok(acknowledged > 10, `${acknowledged} megabytes`)
    await untilLooping(of)
    const upgraded = await upgrade(of, await smallValues(of.flavour, limited(memory)), [...args])
    assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
    await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
    await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
    assert.ok((await keysOf(of)) >= before + acknowledged)
  })

test.run()
