import * as assert from 'uvu/assert'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import type { Engine } from '../shared/loopback/programs.ts'
import { size } from '../shared/loopback/upgrade.ts'

/** A key's tag whose slot is 0, the first slot of pod 0. */
const FIRST_SLOT = '{06S}'

// So many keys and, for each, so many microseconds of the process that sends a slot: a move of ten seconds.
const KEYS = 1000
const SLOW = 'rdb-key-save-delay 10000\n'

/** A cluster of the pods 0 to 2, masters all, whose slot 0 takes ten seconds to move. */
export async function masters(scope: Scope, engine: Engine): Promise<Loopback> {
  const release = await prepare(scope, { engine, shards: 4, replicas: 0, conf: SLOW })
  await release.start(0, 1, 2)
  const job = await release.script('reconcile.sh', [], size(3, 0))
  assert.is(job.code, 0, job.stdout + job.stderr)
  const fill = `for i = 1, ${KEYS} do redis.call('SET', KEYS[1] .. i, i) end return redis.call('DBSIZE')`
  assert.is(await release.ask(0, 'EVAL', fill, '1', FIRST_SLOT), `${KEYS}`)
  return release
}

/** Adds pod 3, a master that owns nothing: what a drained pod is that is to leave. */
export async function addEmpty(release: Loopback): Promise<void> {
  await release.start(3)
  for (const ordinal of [0, 1, 2]) await release.ask(ordinal, 'CLUSTER', 'MEET', release.address(3), '6379')
  await eventually('all to know pod 3', { deadline: 15_000 }, async () => {
    const known = await Promise.all(all(release).map((ordinal) => release.ask(ordinal, 'CLUSTER', 'INFO')))
    // A node that has just met a master may not have heard yet which slots it owns.
    const facts = [/cluster_state:ok/, /cluster_known_nodes:4/, /cluster_slots_ok:16384/]
    return known.every((info) => facts.every((fact) => fact.test(info))) || undefined
  })
}

/** Has the servers move slot 0 from pod 0 to another, and returns while they do: nobody waits for it. */
export async function beginMove(release: Loopback, { name }: Engine, to: number): Promise<void> {
  const target = await release.ask(to, 'CLUSTER', 'MYID')
  const answer =
    name === 'redis'
      ? await release.ask(to, 'CLUSTER', 'MIGRATION', 'IMPORT', '0', '0')
      : await release.ask(0, 'CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', '0', '0', 'NODE', target)
  assert.match(answer, name === 'redis' ? /^[0-9a-f]{40}$/ : /^OK$/)
  await eventually('the move to go on', { deadline: 5000, every: 100 }, async () =>
    (await moves(release)) > 0 ? true : undefined,
  )
}

/** How many moves of slots the servers carry on, each counted at either end. */
export async function moves(release: Loopback): Promise<number> {
  let sum = 0
  for (const ordinal of all(release)) {
    const info = await release.ask(ordinal, 'CLUSTER', 'INFO')
    sum += Number(/^cluster_slot_migration_active_tasks:(\d+)/m.exec(info)?.[1] ?? 0)
    const jobs = await release.ask(ordinal, 'CLUSTER', 'GETSLOTMIGRATIONS')
    for (const [, state] of jobs.matchAll(/^state\n(.*)$/gm))
      if (!/^(success|failed|cancelled)$/.test(state ?? '')) sum++
  }
  return sum
}

/** Waits until the servers move nothing any more. */
export function untilStill(release: Loopback): Promise<true> {
  return eventually('no move to go on', { deadline: 40_000, every: 200 }, async (see) => {
    const count = await moves(release)
    see(`${count} go on`)
    return count === 0 || undefined
  })
}

/** The slots that a pod says it owns, as CLUSTER NODES has them: empty for none. */
export async function slotsOf(release: Loopback, ordinal: number): Promise<string> {
  const nodes = await release.ask(ordinal, 'CLUSTER', 'NODES')
  return (
    nodes
      .split('\n')
      .find((line) => line.includes('myself'))
      ?.split(' ')
      .slice(8)
      .join(' ') ?? 'unknown'
  )
}
