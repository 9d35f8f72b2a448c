// depends on: answers
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { toItsEnd } from '../shared/loopback/upgrade.ts'

const test = suite('zones', { timeout: 60_000 })

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']
const ZONES = 'n1=a n2=b n3=c n4=a n5=b n6=c'

test.proves({
  topic: 'Loss and recovery',
  promise: 'Replicas keep to other zones than their masters, on every version of Kubernetes',
})
test('replicas leave their masters’ zones as soon as the values name the zones, and helm test tells which it lacks', async (_, scope) => {
  const release = await prepare(scope, { nodes })
  await release.start(...all(release))
  await toItsEnd(release, 'reconcile.sh')
  const unaware = await release.script('helm-test.sh')
  assert.is(unaware.code, 0, unaware.stdout + unaware.stderr)
  assert.match(unaware.stdout, /zones .* zone of these Kubernetes nodes is unknown: n1 n2 n3 n4 n5 n6\. Name/)
  assert.match((await release.script('helm-test.sh', [], { ZONES })).stdout, /Kubernetes node, 3 in its zone/)

  const upgraded = await release.script('reconcile.sh', [], { ZONES })
  assert.is(upgraded.code, 0, upgraded.stdout + upgraded.stderr)
  const aware = await release.script('helm-test.sh', [], { ZONES })
  assert.is(aware.code, 0, aware.stdout + aware.stderr)
  assert.match(aware.stdout, /no replica on its master's Kubernetes node, none in its zone/)
  assert.not.match(aware.stdout, / zones /)

  const stale = await release.script('helm-test.sh', [], { ZONES: ZONES.replace('n5=b', 'n7=b') })
  assert.match(stale.stdout, /is unknown: n5\. Name/)
})

/** The zone that each server tells its clients; nothing of an engine that cannot. */
const told = (release: Loopback) =>
  Promise.all(
    all(release).map(async (ordinal) => {
      const info = await release.ask(ordinal, 'INFO', 'server')
      return /^availability_zone:(.*)\r?$/m.exec(info)?.[1]?.trimEnd()
    }),
  )

/** Changes cluster.zones, as Helm does: the mounted ConfigMap, then the Job, or whichever run comes first. */
async function setZones(release: Loopback, zones: string, scheduled = ''): Promise<string> {
  await writeFile(join(release.folder, 'topology', 'zones'), zones)
  return toItsEnd(release, 'reconcile.sh', { ZONES: zones, SCHEDULED: scheduled })
}

test('servers tell their clients the zone that the map has for their Kubernetes node, or else their label', async (_, scope) => {
  const release = await prepare(scope, { nodes, podEnv: { ZONE: 'label' } })
  const expect = (...zones: string[]) => (valkey ? zones : zones.map(() => undefined))
  await writeFile(join(release.folder, 'topology', 'zones'), 'n1=a n2=b')
  await release.start(...all(release))
  const valkey = (await release.ask(0, 'INFO', 'server')).includes('valkey_version')
  assert.equal(await told(release), expect('a', 'b', 'label', 'label', 'label', 'label'))
  assert.not.match(await setZones(release, 'n1=a n2=b'), 'tell clients')

  const said = await setZones(release, ZONES)
  assert.equal(await told(release), expect('a', 'b', 'c', 'a', 'b', 'c'))
  if (valkey) assert.match(said, 'let pod 2 tell clients that it is in zone c\n')
  else assert.not.match(said, 'tell clients')
  assert.not.match(await setZones(release, ZONES), 'tell clients')

  await release.kill(5)
  await release.start(5)
  assert.equal(await told(release), expect('a', 'b', 'c', 'a', 'b', 'c'))
  await untilWhole(release)
  await setZones(release, 'n1=a', 'yes')
  assert.equal(await told(release), expect('a', 'label', 'label', 'label', 'label', 'label'))
})

/** A nodes.conf as Valkey writes it from 9.1 on, if its nodes tell their zones. */
const zoned = (text: string) =>
  text.replaceAll(/^([0-9a-f]{40} [^ ,]+)(,[^ ,]*)?/gm, (_, start, hostname = ',') => {
    return `${start}${hostname},availability-zone=eu-1a`
  })

test('a pod starts from a nodes.conf with zones, and from a kept copy, whatever version it has', async (_, scope) => {
  const release = await prepare(scope, { nodes })
  await release.start(...all(release))
  await toItsEnd(release, 'reconcile.sh')
  await untilWhole(release)
  const id = await release.ask(5, 'CLUSTER', 'MYID')
  const file = join(release.data(5), 'nodes.conf')
  for (const name of ['nodes.conf', 'nodes.conf.kept']) {
    await release.kill(5)
    const text = zoned(await readFile(file, 'utf8'))
    assert.is(text.split('availability-zone').length - 1, 6)
    await rm(file)
    await writeFile(join(release.data(5), name), text)
    await release.start(5)
    assert.is(await release.ask(5, 'CLUSTER', 'MYID'), id)
  }
  await untilWhole(release)
})

test.run()
