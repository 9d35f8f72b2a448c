import { runScript } from '../../kube/engine.ts'
import type { Place } from '../../kube/exec.ts'
import { saidBy } from './log.ts'

/** What became of a server since its container started. Times are milliseconds since 1970; nothing for what has not happened. */
export interface Life {
  /** When the container's first process started, to a hundredth of a second. The API tells whole seconds alone. */
  started: number
  /** When the server took connections. */
  answered: number | undefined
  /** When the server last said that it sees the cluster whole, unless it has said since that it does not. */
  ok: number | undefined
  /** When the server was last in sync with a master. */
  inSync: number | undefined
}

// A process tells its start in hundredths of a second since the machine's.
const FIRST_PROCESS = `
  set -- "$(date +%s.%N)" "$(cut -d' ' -f1 /proc/uptime)" "$(sed 's/.*) //' /proc/1/stat | cut -d' ' -f20)"
  awk 'BEGIN { printf "%.0f", 1000 * (ARGV[1] - ARGV[2] + ARGV[3] / 100) }' "$@"`

/** Reads a server's life in its log, which costs nothing while it lasts. */
export async function lifeOf(place: Place): Promise<Life> {
  const [first, said] = await Promise.all([runScript(place, FIRST_PROCESS), saidBy(place)])
  const last = (pattern: RegExp) => said.findLast(({ line }) => pattern.test(line))
  const state = last(/Cluster state changed: (ok|fail)/)
  return {
    started: Number(first),
    answered: said.find(({ line }) => /Ready to accept connections/.test(line))?.at,
    ok: state?.line.endsWith('ok') ? state.at : undefined,
    inSync: last(/REPLICA sync: (Finished with success|Master accepted a Partial Resynchronization)/)?.at,
  }
}
