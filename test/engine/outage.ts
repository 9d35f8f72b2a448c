import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, pause } from '../runner/deadline.ts'
import { all, type Loopback } from '../shared/loopback/loopback.ts'
import { programsOf } from '../shared/loopback/programs.ts'

/** Seconds after which a server that has seen no majority of masters waits for the engine's whole delay. */
const ALONE = 2.5

/**
 * Starts a master of a release whose pods are all gone, and leaves it alone until it has to wait. It knows from its volume that the
 * others are silent, as after a network failure, so that this takes no node timeout.
 */
export async function startAlone(release: Loopback, master: number): Promise<void> {
  const file = join(release.data(master), 'nodes.conf')
  const lines = (await readFile(file, 'utf8')).split('\n')
  const silent = lines.map((line) =>
    line.includes('myself') ? line : line.replace(/ (master|slave) /, ' $1,fail? '),
  )
  await writeFile(file, silent.join('\n'))
  await release.start(master)
  await pause(ALONE * 1000)
}

/** Waits until all these pods say that the cluster is ok; how many milliseconds that took. */
export async function untilOk(release: Loopback, ordinals: number[]): Promise<number> {
  const began = performance.now()
  await eventually(`pods ${ordinals} to be ok`, { deadline: 20_000, every: 50 }, async (see) => {
    const infos = await Promise.all(ordinals.map((ordinal) => release.ask(ordinal, 'CLUSTER', 'INFO')))
    see(infos.map((info) => info.split('\n')[0]).join(', '))
    return infos.every((info) => info.startsWith('cluster_state:ok')) || undefined
  })
  return performance.now() - began
}

/** The cluster-node-timeout of each pod's server. */
export async function timeouts(release: Loopback): Promise<string[]> {
  const said = await Promise.all(
    all(release).map((ordinal) => release.ask(ordinal, 'CONFIG', 'GET', 'cluster-node-timeout')),
  )
  return said.map((answer) => answer.split('\n')[1] ?? '')
}

/** Milliseconds after which every server has the release's own timeout again, whatever was killed. */
export const SET_BACK = 5000

/** Waits until every server has this timeout again. */
export function untilSetBack(release: Loopback, timeout: string): Promise<true> {
  const what = 'every server to have its own timeout'
  return eventually(what, { deadline: SET_BACK, every: 100 }, async (see) => {
    const said = await timeouts(release)
    see(said.join())
    return said.every((one) => one === timeout) || undefined
  })
}

/** What becomes of a timeout that is short. */
export interface Held {
  /** From now on these pods' servers seem not to be ok, until a timeout was shortened: it does not matter how slow the machine is. */
  wait(...ordinals: number[]): Promise<void>
  /** Waits until a timeout was shortened; the id of the process that is held up before it can set it back. */
  short(): Promise<number>
}

/** From now on whoever shortens a server's timeout is held up for half a second before it can set it back. */
export async function holdShort(release: Loopback): Promise<Held> {
  const { cli } = await programsOf()
  const client = join(release.bin, cli)
  const held = join(release.folder, 'held')
  const waiting = join(release.folder, 'waiting')
  await rename(client, `${client}-real`)
  // The second argument is the address. The parent is `timeout`, and its parent the shell that asks.
  await writeFile(
    client,
    `#!/bin/sh
case "$*" in
  *' cluster-node-timeout 500')
    "$0-real" "$@"
    rm -f '${waiting}'
    read -r _ _ _ asks _ </proc/$PPID/stat
    echo "$asks" >>'${held}'
    sleep 0.5 ;;
  *)
    if ! grep -qx "$2" '${waiting}' 2>/dev/null; then exec "$0-real" "$@"; fi
    "$0-real" "$@" | sed 's/^cluster_state:ok/cluster_state:fail/' ;;
esac
`,
    { mode: 0o755 },
  )
  return {
    async wait(...ordinals) {
      await writeFile(held, '')
      await writeFile(waiting, ordinals.map((ordinal) => `${release.address(ordinal)}\n`).join(''))
    },
    short: () =>
      eventually('a timeout to be short', { deadline: 30_000, every: 20 }, async () => {
        const [shell] = (await readFile(held, 'utf8')).split('\n')
        return shell ? Number(shell) : undefined
      }),
  }
}
