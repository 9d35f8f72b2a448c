import { must } from '../harness/command.ts'
import { pause } from '../harness/deadline.ts'
import { runScript } from '../harness/engine.ts'
import { core } from '../harness/kubernetes.ts'
import { startLoad } from '../harness/load.ts'
import type { LoadReport } from '../load/client.ts'
import type { Side, Subject } from './sides.ts'

/** A master's pod deleted by force under load. */
export interface Takeover {
  side: Side
  /** Milliseconds since 1970. */
  deletedAt: number
  report: LoadReport
}

/** How long the load goes on after the deletion, in milliseconds: time for a failover and for writes after it. */
const AFTER = 20_000

/** Deletes a master's pod by force while clients write to every shard, so that nothing is handed over. */
export async function loseMaster(subject: Subject): Promise<Takeover> {
  const { side, namespace } = subject
  const pod = await aMaster(subject)
  const load = await startLoad(subject)
  await pause(2000)
  const deletedAt = Date.now()
  await must('kubectl', ['--namespace', namespace, 'delete', 'pod', pod, '--force', '--grace-period=0'])
  await pause(AFTER)
  return { side, deletedAt, report: await load.stop() }
}

async function aMaster({ namespace, selector, first }: Subject): Promise<string> {
  const { items } = await core().listNamespacedPod({ namespace, labelSelector: selector })
  for (const { metadata } of items) {
    const place = { ...first, pod: metadata?.name ?? '' }
    if ((await runScript(place, '"$cli" ROLE')).startsWith('master')) return place.pod
  }
  throw new Error(`no pod of ${selector} is a master`)
}
