import * as assert from 'uvu/assert'
import type { Member } from '../../generator/cluster/whole.ts'
import { waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import type { LoadReport } from '../cluster/load/client.ts'
import {
  beforeKill,
  countLost,
  countWrites,
  errorsOf,
  gapBeyond,
  notKept,
  type Span,
  worstGap,
} from '../cluster/load/judge.ts'
import { type LoadOptions, startLoad } from '../cluster/load/start.ts'
import { serverProcess, signalServer } from '../cluster/processes-in-nodes.ts'
import { type Context, lastStart, sixNodes, whoIsThere } from '../cluster/six-nodes.ts'
import { assertUnnoticed } from '../cluster/unnoticed.ts'
import { type Release, upgrade } from '../kube/helm.ts'
import { agesOf, findImage } from '../kube/images.ts'
import { kubectl } from '../kube/kubectl.ts'
import { engineOf, imageValues, smallValues } from '../kube/values.ts'
import { pause } from '../runner/deadline.ts'
import { type Suite, suite } from '../runner/suite.ts'

/** What happens to a cluster under load, and what a report of that load must say. */
interface Event {
  what: string
  happens: (of: Release, master: Member, age: string) => Promise<unknown>
  load?: LoadOptions
  /** Milliseconds until a failover is over and clients have written after it, where one may follow. */
  rest?: number
  holds: (report: LoadReport, happened: Span) => void
}

const kept = (report: LoadReport) => assert.equal(notKept(report), [])
const keptByKilled = (report: LoadReport, killed: Span) =>
  assert.equal(notKept(report, beforeKill(killed)), [])
const SERVERS = ['--selector', 'app.kubernetes.io/component=server']
const FAILOVER = 12_000
const FORCE = ['--force', '--grace-period=0']

const resized = async (of: Release, age: string, shards: number) => {
  const values = await smallValues(of.flavour, { cluster: { shards } }, age)
  const { code, stdout, stderr } = await upgrade(of, values, ['--timeout', '8m'])
  assert.is(code, 0, stdout + stderr)
}

const allDeleted = async (of: Release, ...how: string[]) => {
  const before = await whoIsThere(of)
  await kubectl(of, 'delete', 'pods', ...SERVERS, '--wait=false', ...how)
  await lastStart(of, before)
}

const events: Event[] = [
  {
    what: 'a rolling restart: nothing is lost, and no client notices',
    async happens(of) {
      await kubectl(of, 'rollout', 'restart', `statefulset/${of.fullname}`)
      await kubectl(of, 'rollout', 'status', `statefulset/${of.fullname}`, '--timeout=200s')
    },
    holds: assertUnnoticed,
  },
  {
    what: 'a master’s pod deleted: nothing is lost, and no client notices',
    happens: (of, { pod }) => kubectl(of, 'delete', 'pod', pod),
    holds(report) {
      assert.equal(errorsOf(report), [])
      assert.is(gapBeyond(500, report), undefined)
      kept(report)
    },
  },
  {
    what: 'a master’s server killed: nothing is lost but what it took while it synced its file',
    happens: async (of, master) => signalServer(await serverProcess(of, master), 'KILL'),
    rest: FAILOVER,
    holds: keptByKilled,
  },
  {
    what: 'all pods deleted: nothing is lost, and clients come back by the Service’s name',
    happens: (of) => allDeleted(of),
    rest: FAILOVER,
    holds: kept,
  },
  {
    what: 'all pods deleted by force: nothing is lost but what they took while they synced their files, and clients come back by the Service’s name',
    happens: (of) => allDeleted(of, ...FORCE),
    rest: FAILOVER,
    holds: keptByKilled,
  },
  {
    what: 'a master’s pod deleted by force: with WAIT 1 nothing is lost',
    happens: (of, { pod }) => kubectl(of, 'delete', 'pod', pod, ...FORCE),
    rest: FAILOVER,
    load: { mode: 'wait' },
    holds: kept,
  },
  {
    what: '3 to 4 shards and back: nothing is lost, and no client notices',
    async happens(of, _, age) {
      await resized(of, age, 4)
      await waitUntilWhole(of, { nodes: 8, deadline: 30_000 })
      await resized(of, age, 3)
    },
    holds: assertUnnoticed,
  },
]

/** Lets it happen under load, and holds what the load saw against what is promised. */
async function proven(
  { what, happens, load: options = {}, rest = 0, holds }: Event,
  of: Release,
  age: string,
) {
  const [shard] = await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  assert.ok(shard)
  const load = await startLoad(of, options)
  await pause(2000)
  const from = Date.now()
  await happens(of, shard.master, age)
  const happened = { from, to: Date.now() }
  await pause(rest)
  await waitUntilReady(of, { nodes: 6, deadline: 120_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const report = await load.stop()
  const { milliseconds } = worstGap(report)
  const told = `${countLost(report)} of ${countWrites(report)} lost, worst gap ${milliseconds} ms, ${errorsOf(report).length} errors`
  console.log(`\n${of.flavour} ${(await findImage(engineOf(of.flavour), age)).tag}: ${what}: ${told}`)
  holds(report, happened)
}

for (const flavour of ['redis-cluster', 'valkey-cluster'])
  for (const age of (await agesOf(engineOf(flavour))).filter((one) => !one.endsWith('-alpine'))) {
    const { tag } = await findImage(engineOf(flavour), age)
    const test: Suite<Context> = suite<Context>(`acknowledged writes on ${engineOf(flavour)} ${tag}`, {
      timeout: 600_000,
      setup: async (scope) => sixNodes(scope, 'kept', await imageValues(flavour, age), flavour),
    })
    for (const event of events) {
      test.proves({
        topic: 'Loss and recovery',
        promise: 'What acknowledged writes survive, they survive on every engine',
        bound:
          'none lost in planned work, or when all pods go at once; by killed servers none but what they took while they synced their files; none with WAIT 1',
      })
      test(event.what, ({ of }) => proven(event, of, age))
    }
    test.run()
  }
