import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Loopback } from './loopback.ts'

/** A size, as the Jobs' environment has it. */
export const size = (shards: number, replicas: number) => ({ SHARDS: `${shards}`, REPLICAS: `${replicas}` })

/** The chart's default of `jobs.deadlineSeconds`: how long a Job may take is nothing that these tests hold it to. */
const CHARTS_DEADLINE = 600

/** How an upgrade goes. */
export interface UpgradeOptions {
  /** Seconds that each Job has. */
  deadline?: number
  /** Whether new pods have keepers. */
  keepers?: boolean
}

/** What Helm and the StatefulSet do: preflight, the pods that are to be there, reconcile. Returns what the Jobs said. */
export async function upgrade(
  release: Loopback,
  from: number,
  shards: number,
  replicas: number,
  { deadline = CHARTS_DEADLINE, keepers = true }: UpgradeOptions = {},
): Promise<string> {
  const to = shards * (1 + replicas)
  const topology = join(release.folder, 'topology')
  const env = { ...size(shards, replicas), DEADLINE_SECONDS: `${deadline}`, TOPOLOGY: topology }
  const preflight = await toItsEnd(release, 'preflight.sh', env)
  await writeFile(join(topology, 'shards'), `${shards}`)
  await writeFile(join(topology, 'replicas'), `${replicas}`)
  for (let ordinal = from - 1; ordinal >= to; ordinal--) {
    await release.kill(ordinal)
    await release.place(ordinal, undefined)
  }
  for (let ordinal = from; ordinal < to; ordinal++) {
    await release.start(ordinal)
    if (keepers) await release.keep(ordinal)
  }
  return preflight + (await toItsEnd(release, 'reconcile.sh', env))
}

/** Runs a Job, which must succeed, until the deadline in its environment or the chart's; returns what it said. */
export async function toItsEnd(
  release: Loopback,
  script: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const job = await release.background(script, { DEADLINE_SECONDS: `${CHARTS_DEADLINE}`, ...env })
  assert.is(await job.ended, 0, job.output())
  return job.output()
}
