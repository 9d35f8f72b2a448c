import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Release } from './release.ts'
import { enginePrograms } from './toolbox.ts'

/**
 * Runs reconcile.sh again and again, each time killed the moment its first change of the cluster was answered, until a run
 * changes nothing any more. Returns how many runs were killed.
 */
export async function killAtFirstStep(release: Release): Promise<number> {
  const [, cli] = await enginePrograms()
  const client = join(release.bin, cli)
  const victim = join(release.folder, 'victim')
  const killed = join(release.folder, 'killed')
  // Stands before the real client: after a command that changes the cluster it kills the script that sent it.
  await rename(client, `${client}-real`)
  await writeFile(
    client,
    `#!/bin/sh
"$0-real" "$@" || exit
case " $* " in
  *" SET-CONFIG-EPOCH "* | *" ADDSLOTS "* | *" MEET "* | *" REPLICATE "*) kill -9 "$(cat '${victim}')" && echo "$*" >>'${killed}' ;;
esac
`,
    { mode: 0o755 },
  )
  let kills = 0
  for (;;) {
    await rm(killed, { force: true })
    const job = await release.background('reconcile.sh')
    await writeFile(victim, `${job.process.pid}`)
    const code = await job.ended
    if (code === 0) break
    if (!(await readFile(killed, 'utf8').catch(() => '')))
      throw new Error(`a run failed by itself: ${job.output()}`)
    kills++
  }
  await rename(`${client}-real`, client)
  return kills
}
