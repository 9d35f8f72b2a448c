import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { podScripts } from '../shared/pod-scripts.ts'
import { containerOf, flavours, type Manifest, podOf, render, the, variable } from './rendered.ts'

const test = suite('what is set against losing data', { timeout: 60_000 })

/** The value of a directive in the configuration that all pods share. */
const directive = (manifests: Manifest[], name: string) =>
  the(manifests, 'ConfigMap', '-config').data['server.conf']?.match(new RegExp(`^${name} (.*)$`, 'm'))?.[1]

const mebibytes = (quantity = '') => Number.parseInt(quantity, 10) * (quantity.endsWith('Gi') ? 1024 : 1)

for (const flavour of flavours) {
  test.proves({
    topic: 'Loss and recovery',
    promise: 'By default servers save every write, keep every key, and let no old copy take over',
  })
  test(`servers of ${flavour} save every write, keep every key, and let no old copy take over`, async () => {
    const manifests = await render(flavour)
    assert.is(directive(manifests, 'appendonly'), 'yes')
    assert.is(directive(manifests, 'appendfsync'), 'everysec')
    assert.is(directive(manifests, 'maxmemory-policy'), 'noeviction')
    const validity = Number(directive(manifests, 'cluster-replica-validity-factor'))
    assert.ok(validity > 0 && validity <= 10, `${validity}`)
    const timeout = Number(directive(manifests, 'cluster-node-timeout'))
    assert.ok(timeout >= 1000 && timeout <= 5000, `${timeout}`)
    // A master whose slots were moved away must not become a replica of whom nobody asked for.
    const byVersion = the(manifests, 'ConfigMap', '-config').data.directives
    assert.match(byVersion ?? '', /^\d\.\d cluster-allow-replica-migration no$/m)
  })

  test(`a master of ${flavour} takes writes that no replica confirms, unless cluster.writes says otherwise`, async () => {
    const writes = (choice: string) => render(flavour, { cluster: { writes: choice } })
    for (const manifests of [await render(flavour), await writes('available')])
      assert.is(directive(manifests, 'min-replicas-to-write'), undefined)
    const replicated = await writes('replicated')
    assert.is(directive(replicated, 'min-replicas-to-write'), '1')
    assert.is(directive(replicated, 'min-replicas-max-lag'), '1')
  })

  test(`a container of ${flavour} has room for the fork beside its data, and its volume for a rewrite`, async () => {
    const set = the(await render(flavour), 'StatefulSet')
    const server = containerOf(set, 'server')
    const share = Number(variable(server, 'MAXMEMORY_PERCENT'))
    assert.ok(share >= 50 && share <= 75, `${share}`)
    const [claim] = set.spec.volumeClaimTemplates as {
      spec: { resources: { requests: { storage: string } } }
    }[]
    const memory = mebibytes(server.resources?.limits?.memory)
    assert.ok(memory > 0)
    assert.ok(mebibytes(claim?.spec.resources.requests.storage) >= 3 * memory)
  })

  test(`Kubernetes starts a server or a keeper of ${flavour} anew that hangs`, async () => {
    const set = the(await render(flavour), 'StatefulSet')
    assert.equal(containerOf(set, 'server').livenessProbe?.exec.command, ['sh', '/pod/probe.sh', 'liveness'])
    assert.equal(containerOf(set, 'keeper').livenessProbe?.exec.command, ['sh', '/pod/alive.sh'])
  })

  test(`a server of ${flavour} without a volume writes nothing that a restart would read, and has the room its folder has`, async () => {
    const values = { persistence: { enabled: false, size: '700Mi', appendonly: true, save: '60 1' } }
    const manifests = await render(flavour, values)
    assert.is(directive(manifests, 'appendonly'), 'no')
    assert.is(directive(manifests, 'save'), '""')
    assert.is(directive(manifests, 'rdb-del-sync-files'), 'yes')
    const set = the(manifests, 'StatefulSet')
    const data = podOf(set).spec.volumes?.find(({ name }) => name === 'data')
    assert.is(data?.emptyDir?.sizeLimit, '700Mi')
    assert.is(containerOf(set, 'server').resources?.limits?.['ephemeral-storage'], '700Mi')
  })

  test.proves({
    topic: 'Loss and recovery',
    promise: 'By default volumes outlive the release and every pod of it',
  })
  test(`volumes of ${flavour} outlive the release and every pod of it`, async () => {
    const { spec } = the(await render(flavour), 'StatefulSet')
    assert.equal(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Retain', whenScaled: 'Retain' })
  })

  test.proves({
    topic: 'Planned work under load',
    promise: 'A drain takes one pod at a time, and every pod has time to hand over',
  })
  test(`a drain takes one pod of ${flavour} at a time, and every pod has time to hand over`, async () => {
    const manifests = await render(flavour)
    const { spec } = the(manifests, 'PodDisruptionBudget')
    assert.is(spec.maxUnavailable, 1)
    // A pod that is not ready can be its shard's only copy while another is away.
    assert.is(spec.unhealthyPodEvictionPolicy, 'IfHealthyBudget')
    const set = the(manifests, 'StatefulSet')
    const grace = podOf(set).spec.terminationGracePeriodSeconds
    assert.ok(grace >= 60 && grace <= 600, `${grace}`)
    assert.match(JSON.stringify(containerOf(set, 'server').lifecycle), /preStop.*handover\.sh/)
  })
}

/** The lines of a script that are carried out, other than what they log. */
const carriedOut = async (path: string) =>
  (await readFile(path, 'utf8')).split('\n').filter((line) => !/^\s*#|\blog\b/.test(line))

test('no script mends slots by force, or edits what a server has open', async () => {
  for (const [script, path] of podScripts())
    for (const line of await carriedOut(path))
      assert.not.match(line, /--cluster-fix-with-unreachable-masters|FLUSH|sed -i/i, script)
})

test('one step alone takes a shard over without a vote, for masters that a person names and no others', async () => {
  const found: string[] = []
  for (const [script, path] of podScripts())
    for (const line of await carriedOut(path))
      if (/TAKEOVER|failover[\s"']+takeover|step\("takeover/.test(line))
        found.push(`${script}: ${line.trim()}`)
  assert.equal(found.sort(), [
    "apply.sh: takeover) take_over 'CLUSTER FAILOVER TAKEOVER' 'from its lost master, without a vote' ;;",
    'majority.awk: step("takeover " id[heir(fallen[1])])',
  ])
})

for (const flavour of flavours)
  test(`${flavour} names no master that is gone for good`, async () => {
    const job = the(await render(flavour), 'Job', '-preflight')
    assert.is(variable(containerOf(job, 'preflight'), 'TAKE_OVER_FROM'), '')
    const ids = ['07c37dfeb235213a872192d90877d0cd55635b91', '67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1']
    const named = the(await render(flavour, { jobs: { takeOverFrom: ids } }), 'Job', '-preflight')
    assert.is(variable(containerOf(named, 'preflight'), 'TAKE_OVER_FROM'), ids.join(','))
  })

test.run()
