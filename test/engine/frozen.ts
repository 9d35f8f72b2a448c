import type { Scope } from '../runner/scope.ts'
import type { Loopback } from '../shared/loopback/loopback.ts'

/** Lets pods' servers stand still, which then answer nobody; returns what wakes them, as the scope's end does. */
export async function freeze(release: Loopback, scope: Scope, ...ordinals: number[]): Promise<() => void> {
  const answers = await Promise.all(ordinals.map((ordinal) => release.ask(ordinal, 'INFO', 'server')))
  const servers = answers.map((info) => Number(/process_id:(\d+)/.exec(info)?.[1]))
  const wake = () => {
    for (const server of servers) process.kill(server, 'SIGCONT')
  }
  for (const server of servers) process.kill(server, 'SIGSTOP')
  scope.defer(wake)
  return wake
}
