import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../runner/deadline.ts'
import type { Loopback } from '../shared/loopback/loopback.ts'
import type { Running } from '../shared/loopback/processes.ts'

/** A run of its own that takes the lock as `kind` does, says so, and says when it has lost it and when it has it again. */
const holding = (kind: string) => `set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/lock.sh"
${kind}
deadline_in 30
while before_deadline; do
  take || exit 3
  log lock "is held"
  # Short sleeps, because a child of a killed shell keeps its connection open until it ends.
  while holds_lock; do sleep 0.2; done
  log lock "is lost"
  release_lock
done
`
/** Holds the lock as a reconcile Job does. */
export const ORDINARY = holding('take() { take_lock; }')
/** Holds the lock as a preflight does. */
export const PREFLIGHT = holding('act_as_preflight; take() { take_lock_over; }')

/** Waits until a run has said these, one after the other. */
export const says = (job: Running, ...texts: string[]) =>
  eventually(`"${texts.join('" and then "')}" in the log`, { deadline: 10_000, every: 20 }, async (see) => {
    const said = job.output()
    see(said)
    const ends = texts.reduce((from, text) => (from < 0 ? from : said.indexOf(text, from)), 0)
    return ends >= 0 || undefined
  })

/** Starts a run that holds the lock. */
export async function hold(release: Loopback, script: string): Promise<Running> {
  const name = `hold-${Math.random()}.sh`
  await writeFile(join(release.folder, 'pod', name), script)
  return release.background(name)
}
