// depends on: answers
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { all, prepare } from '../shared/loopback/loopback.ts'
import { layouts } from '../shared/loopback/toolbox.ts'

const test = suite('start and probe', { timeout: 30_000 })

for (const layout of layouts)
  test(`start.sh of an image laid out as ${layout}'s writes what this pod and this version need`, async (_, scope) => {
    const release = await prepare(scope, {
      replicas: 0,
      layout,
      podEnv: { MEMORY_LIMIT: '1000000000', MAXMEMORY_PERCENT: '65' },
    })
    await release.start(0)
    const config = await readFile(join(release.folder, 'run/0/server.conf'), 'utf8')
    assert.not.match(config, /a-directive-of-the-future/)
    const known = await release.ask(0, 'CONFIG', 'GET', 'cluster-allow-replica-migration')
    assert.is(
      /^cluster-allow-replica-migration no$/m.test(config),
      known !== '',
      'what not every version knows',
    )
    assert.is(await release.ask(0, 'CONFIG', 'GET', 'maxmemory'), 'maxmemory\n650000000')
    assert.is(await release.ask(0, 'CONFIG', 'GET', 'repl-backlog-size'), 'repl-backlog-size\n62500000')
    assert.match(
      await release.ask(0, 'CONFIG', 'GET', 'client-output-buffer-limit'),
      / (slave|replica) 250000000 67108864 60 /,
    )
    assert.is(
      await release.ask(0, 'CONFIG', 'GET', 'cluster-announce-ip'),
      `cluster-announce-ip\n${release.address(0)}`,
    )
    assert.is(
      await release.ask(0, 'CONFIG', 'GET', 'syslog-ident'),
      `syslog-ident\nnode=n1,zone=,release=${release.mark},revision=r1`,
    )
  })

for (const layout of layouts)
  test(`${layout}: what the image's own entrypoint adds, as Redis 8's adds its modules, reaches the server`, async (_, scope) => {
    const release = await prepare(scope, { replicas: 0, layout })
    await writeFile(join(release.bin, 'docker-entrypoint.sh'), '#!/bin/sh\nexec "$@" --maxclients 4321\n')
    await release.start(0)
    assert.is(await release.ask(0, 'CONFIG', 'GET', 'maxclients'), 'maxclients\n4321')
  })

for (const layout of layouts)
  test(`${layout}: the first process of the container passes the end on to its server, and ends as that does`, async (_, scope) => {
    const release = await prepare(scope, { replicas: 0, layout })
    await release.start(0)
    await release.kill(0)
    const pod = await release.background('start.sh')
    await eventually('the server to answer', { deadline: 20_000, every: 100 }, async () =>
      (await release.ask(0, 'PING')) === 'PONG' ? true : undefined,
    )
    process.kill(pod.process.pid ?? 0, 'SIGTERM')
    assert.is(await pod.ended, 0, pod.output())
    assert.match(pod.output(), /User requested shutdown|Received SIGTERM/)
  })

for (const layout of layouts) {
  test(`${layout}: a pod is ready before its cluster exists, while it is no part of one`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    await release.start(0)
    // Alone it cannot tell: silence is never taken for a new cluster.
    assert.is.not((await release.script('probe.sh', ['readiness'])).code, 0)
    await release.start(1)
    for (const probe of ['startup', 'liveness', 'readiness'])
      assert.is((await release.script('probe.sh', [probe])).code, 0, probe)
  })

  test(`${layout}: a pod is ready where no other server runs, so that an upgrade mends pods that never started`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    await release.start(...all(release))
    await release.kill(1, 2)
    assert.is((await release.script('probe.sh', ['readiness'])).code, 0)
    // The next one finds the first, which has no cluster, and one that does not run.
    await release.start(1)
    assert.is((await release.script('probe.sh', ['readiness'], { ORDINAL: '1' })).code, 0)
  })

  test(`${layout}: a server that does not answer is neither started, alive nor ready`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    await release.start(0)
    await release.kill(0)
    for (const probe of ['startup', 'liveness', 'readiness'])
      assert.is.not((await release.script('probe.sh', [probe])).code, 0, probe)
  })
}

test.run()
