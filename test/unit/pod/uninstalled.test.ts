import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pause } from '../../runner/deadline.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('a Job whose release is uninstalled', { timeout: 20_000 })

const KUBERNETES = '10.96.0.1 kubernetes.default.svc.cluster.local.'
const SERVICE = '10.96.0.7 r.ns.svc.cluster.local.'

/** Runs reconcile.sh, which waits for its pods, while names stand in a file as in DNS; they change a moment later. */
async function reconcile(scope: Scope, before: string[], after: string[]) {
  const work = await folder(scope)
  const hosts = join(work, 'hosts')
  const tell = (names: string[]) => writeFile(hosts, names.map((name) => `${name}\n`).join(''))
  await copyPodScripts(work)
  await tell(before)
  await writeFile(join(work, 'resolv.conf'), 'search ns.svc.cluster.local svc.cluster.local cluster.local')
  await writeFile(join(work, 'getent'), `#!/bin/sh\ngrep -F " $2" ${hosts} || exit 2\n`, { mode: 0o755 })
  const began = Date.now()
  const job = spawn('sh', [join(work, 'reconcile.sh')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: `${work}:${process.env.PATH}`,
      WORK: work,
      RESOLV_CONF: join(work, 'resolv.conf'),
      NAME: 'r',
      SERVICE: 'r-headless',
      CLIENT_SERVICE: 'r',
      RELEASE: 'ns/r',
      SHARDS: '3',
      REPLICAS: '1',
      DEADLINE_SECONDS: '3',
    },
  })
  let log = ''
  job.stdout.on('data', (data) => {
    log += data
  })
  const ended = once(job, 'close')
  await pause(700)
  await tell(after)
  const [code] = await ended
  return { code, log, took: Date.now() - began }
}

test.proves({
  topic: 'Install and remove',
  promise: 'A Job that Helm leaves behind at an uninstall ends by itself',
  bound: 'within seconds, before it could act on the next release of the same name',
})
test('ends once its Service is gone', async (_, scope) => {
  const { code, log, took } = await reconcile(scope, [KUBERNETES, SERVICE], [KUBERNETES])
  assert.is(code, 3, log)
  assert.match(log, /uninstalled: this run ends here/)
  assert.ok(took < 3000, `${took} ms`)
})

test('ends if the Service is another release’s', async (_, scope) => {
  const { code, log } = await reconcile(
    scope,
    [KUBERNETES, SERVICE],
    [KUBERNETES, SERVICE.replace('0.7', '0.8')],
  )
  assert.is(code, 3, log)
})

for (const [what, before, after] of [
  ['the Service is there', [KUBERNETES, SERVICE], [KUBERNETES, SERVICE]],
  ['the Service was never seen', [KUBERNETES], [KUBERNETES]],
  ['no name resolves', [KUBERNETES, SERVICE], []],
] as const)
  test(`waits on for its pods while ${what}`, async (_, scope) => {
    const { code, log } = await reconcile(scope, [...before], [...after])
    assert.is(code, 1, log)
    assert.match(log, /the time is over/)
  })

test.run()
