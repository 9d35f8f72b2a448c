import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Loopback } from '../shared/loopback/loopback.ts'
import { programsOf } from '../shared/loopback/programs.ts'

/**
 * Runs reconcile.sh again and again, each time killed the moment its first change of the cluster was answered, until a run
 * changes nothing any more. Returns how many runs were killed.
 */
export async function killAtFirstStep(release: Loopback): Promise<number> {
  const { cli } = await programsOf()
  const client = join(release.bin, cli)
  const victim = join(release.folder, 'victim')
  const killed = join(release.folder, 'killed')
  // Stands before the real client: of several commands that change the cluster it sends the first, then it kills the script
  // that sent them. Clients that run beside it end as they would with the script's container, before they send anything.
  await rename(client, `${client}-real`)
  await writeFile(
    client,
    `#!/bin/sh
if [ $# != 4 ]; then exec "$0-real" "$@"; fi
read -r first
case $first in
  'CLUSTER SET-CONFIG-EPOCH '* | 'CLUSTER ADDSLOTS '* | 'CLUSTER MEET '* | 'CLUSTER REPLICATE '*)
    mkdir '${killed}' || exit
    printf '%s\\n' "$first" | "$0-real" "$@"
    kill -9 "$(cat '${victim}')" ;;
  *) { printf '%s\\n' "$first"; cat; } | "$0-real" "$@" ;;
esac
`,
    { mode: 0o755 },
  )
  let kills = 0
  for (;;) {
    await rm(killed, { force: true, recursive: true })
    const job = await release.background('reconcile.sh')
    await writeFile(victim, `${job.process.pid}`)
    const code = await job.ended
    if (code === 0) break
    if (!existsSync(killed)) throw new Error(`a run failed by itself: ${job.output()}`)
    kills++
  }
  await rename(`${client}-real`, client)
  return kills
}
