// depends on: protocol
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import { suite } from '../runner/suite.ts'
import { untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { programsOf } from '../shared/loopback/programs.ts'
import { layouts } from '../shared/loopback/toolbox.ts'

const test = suite('preflight', { timeout: 60_000 })

/** Lays the topology out as the ConfigMap of the release before this one, and returns where. */
async function topology(release: Loopback, was: Record<string, string>): Promise<{ TOPOLOGY: string }> {
  const folder = join(release.folder, 'topology')
  await mkdir(folder, { recursive: true })
  for (const [key, value] of Object.entries({
    shards: '3',
    replicas: '0',
    image: 'image:1',
    appendonly: 'true',
    persistence: 'true',
    size: '1Gi',
    storageClass: '',
    accessModes: 'ReadWriteOnce',
    ...was,
  }))
    await writeFile(join(folder, key), value)
  return { TOPOLOGY: folder }
}

/** A PATH with a server that says it is of another version. */
async function otherVersion(release: Loopback, version: string): Promise<string> {
  const { server } = await programsOf()
  const other = join(release.folder, 'other-version')
  await mkdir(other)
  await writeFile(join(other, server), `#!/bin/sh\necho "server v=${version} sha=0"\n`, { mode: 0o755 })
  return `${other}:${release.bin}`
}

/** Every replica's ordinal, and its master's. */
async function replicas(release: Loopback): Promise<[replica: number, master: number][]> {
  const found: [number, number][] = []
  for (const ordinal of all(release)) {
    const [role, host] = (await release.ask(ordinal, 'ROLE')).split('\n')
    if (role === 'slave')
      found.push([ordinal, all(release).findIndex((one) => release.address(one) === host)])
  }
  return found
}

for (const layout of layouts) {
  test(`${layout}: lets an upgrade pass that changes neither size nor version`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    const job = await release.script('preflight.sh', [], await topology(release, {}))
    assert.is(job.code, 0, job.stdout + job.stderr)
  })

  test(`${layout}: ends well where nothing of the release is there yet`, async (_, scope) => {
    const release = await prepare(scope, { layout })
    const job = await release.script('preflight.sh', [], { TOPOLOGY: join(release.folder, 'none') })
    assert.is(job.code, 0, job.stdout + job.stderr)
  })

  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'What Kubernetes cannot change is refused by name before any pod is emptied',
  })
  test(`${layout}: refuses what Kubernetes cannot change, each by name, before anything is emptied`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    const job = await release.script(
      'preflight.sh',
      [],
      await topology(release, { size: '2Gi', storageClass: 'fast' }),
    )
    assert.is(job.code, 3)
    assert.match(
      job.stdout,
      /persistence\.size changes from "2Gi" to "1Gi", and Kubernetes cannot change .* set it back to "2Gi"/,
    )
    assert.match(job.stdout, /persistence\.storageClass changes from "fast" to ""/)
  })

  test(`${layout}: tells volumes without a class from those of the default class`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    const FIXED = 'storageClass - persistence.storageClass and that is so:\n'
    const job = await release.script('preflight.sh', [], { ...(await topology(release, {})), FIXED })
    assert.is(job.code, 3)
    assert.match(job.stdout, /persistence\.storageClass changes from "" to "-"/)
  })

  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'A smaller size is refused while a node that owns slots does not answer',
  })
  test(`${layout}: refuses to make a cluster smaller that nobody answers for`, async (_, scope) => {
    const release = await prepare(scope, { layout, shards: 3, replicas: 0 })
    const job = await release.script('preflight.sh', [], await topology(release, { replicas: '1' }))
    assert.is(job.code, 3)
    assert.match(
      job.stdout,
      /refuse +the cluster is to become smaller, and no pod answers: .* Bring the pods back/,
    )
    assert.match(job.stdout, /nothing was changed$/m)
  })

  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'A smaller size is refused while a node that owns slots does not answer',
  })
  test(`${layout}: refuses to make a cluster smaller while a node that owns slots is away`, async (_, scope) => {
    const release = await prepare(scope, { layout, shards: 4, replicas: 0 })
    await release.start(...all(release))
    assert.is((await release.script('reconcile.sh')).code, 0)
    const id = await release.ask(3, 'CLUSTER', 'MYID')
    await release.kill(3)
    await release.place(3, undefined)
    const job = await release.script('preflight.sh', [], {
      ...(await topology(release, { shards: '4' })),
      SHARDS: '3',
    })
    assert.is(job.code, 3, job.stdout + job.stderr)
    assert.match(
      job.stdout,
      new RegExp(
        `node ${id}, which owns slots, does not answer.* an upgrade to 4 shards with 0 replicas starts`,
      ),
    )
    assert.match(job.stdout, /nothing was changed$/m)
  })

  test(`${layout}: lets another image of the same version pass, and refuses an older format by name`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    await release.start(...all(release))
    const was = await topology(release, { image: 'image:0' })
    const same = await release.script('preflight.sh', [], was)
    assert.is(same.code, 0, same.stdout + same.stderr)

    const other = await release.script('preflight.sh', [], {
      ...was,
      PATH: await otherVersion(release, '6.0.1'),
    })
    assert.is(other.code, 3, other.stdout + other.stderr)
    assert.match(
      other.stdout,
      /refuse +image changes the servers from \w+ [0-9.]+ to \w+ 6\.0\.1: the data that .* cannot be read/,
    )
  })

  test(`${layout}: before a newer format, in an upgrade that adds a shard too, each shard's lowest pod becomes its master`, async (_, scope) => {
    const release = await prepare(scope, { layout })
    await release.start(...all(release))
    assert.is((await release.script('reconcile.sh')).code, 0)
    await untilWhole(release)
    for (const [replica, master] of await replicas(release))
      if (replica > master) {
        await release.ask(replica, 'CLUSTER', 'FAILOVER')
        break
      }
    await eventually('a master above its replica', { deadline: 20_000 }, async () =>
      (await replicas(release)).some(([replica, master]) => replica < master) ? true : undefined,
    )
    const newer = await release.script('preflight.sh', [], {
      ...(await topology(release, { image: 'image:0', replicas: '1' })),
      PATH: await otherVersion(release, '99.1.2'),
      SHARDS: '4',
    })
    assert.is(newer.code, 0, newer.stdout + newer.stderr)
    assert.match(newer.stdout, /each shard's master restarts last/)
    const now = await replicas(release)
    assert.is(now.length, 3)
    for (const [replica, master] of now) assert.ok(replica > master, `pod ${replica} follows pod ${master}`)
  })

  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'A password that the servers do not have is refused',
  })
  test(`${layout}: refuses another password than the servers have, and one where they have none`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    await release.start(...all(release))
    const was = await topology(release, {})
    await writeFile(join(release.folder, 'another'), 'another')
    const other = await release.script('preflight.sh', [], {
      ...was,
      AUTH_FILE: join(release.folder, 'another'),
      RUN: join(release.folder, 'nobodys'),
    })
    assert.is(other.code, 3, other.stdout + other.stderr)
    assert.match(other.stdout, /auth names another password than the one the servers run with/)

    for (const ordinal of all(release)) await release.ask(ordinal, 'CONFIG', 'SET', 'requirepass', '')
    const none = await release.script('preflight.sh', [], was)
    assert.is(none.code, 3, none.stdout + none.stderr)
    assert.match(none.stdout, /auth\.enabled changes from false to true/)
  })

  test(`${layout}: refuses another image while no pod says what it runs, unless that is allowed`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    const was = await topology(release, { image: 'image:0' })
    const allowed = await release.script('preflight.sh', [], { ...was, ALLOW_SILENCE: 'true' })
    assert.is(allowed.code, 0, allowed.stdout + allowed.stderr)
    const job = await release.script('preflight.sh', [], was)
    assert.is(job.code, 3)
    assert.match(job.stdout, /no pod answers to say which version it runs/)
  })
}

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise: 'New pods are refused at once, by name, while another pod is away',
})
test('refuses to make a cluster larger while a pod is away, unless that pod comes back or the upgrade is to bring it', async (_, scope) => {
  const release = await prepare(scope, { layout: 'alpine' })
  await release.start(...all(release))
  assert.is((await release.script('reconcile.sh')).code, 0)
  const larger = { ...(await topology(release, { replicas: '1' })), SHARDS: '4' }
  await release.kill(4, 5)
  const refused = await release.script('preflight.sh', [], larger)
  assert.is(refused.code, 3, refused.stdout + refused.stderr)
  assert.match(
    refused.stdout,
    /refuse +the cluster is to become larger, and there is no answer from pod 4, 5: /,
  )

  const allowed = await release.script('preflight.sh', [], { ...larger, ALLOW_SILENCE: 'true' })
  assert.is(allowed.code, 0, allowed.stdout + allowed.stderr)

  const waiting = release.script('preflight.sh', [], larger)
  // Never both at once, but neither is away throughout.
  await release.start(4)
  await release.kill(3)
  await release.start(5)
  const passed = await waiting
  assert.is(passed.code, 0, passed.stdout + passed.stderr)
})

test.run()
