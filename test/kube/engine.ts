import { execIn, type Place } from './exec.ts'

// Whichever engine it is; with the password, where the release has one.
const CLI = `
  file=\${AUTH_FILE:-/auth/password}
  if [ -f "$file" ]; then REDISCLI_AUTH=$(cat "$file"); export REDISCLI_AUTH; fi
  cli=$(command -v valkey-cli || command -v redis-cli)`

// The container of the charts' pods that runs the server.
const SERVER = 'server'

/** Where a server of the charts' pods is. */
export const serverIn = (namespace: string, pod: string): Place => ({ namespace, pod, container: SERVER })

/** Asks the server of a pod, as `redis-cli` in its container does, and returns the answer. */
export async function ask(namespace: string, pod: string, ...command: string[]): Promise<string> {
  return runScript(serverIn(namespace, pod), 'exec "$cli" "$@"', command)
}

/** Asks several questions in one go, because each exec costs as much as many answers. */
export async function askAll<Q extends string>(
  namespace: string,
  pod: string,
  questions: Q[],
): Promise<Record<Q, string>> {
  const lines = questions.map((question) => `$cli ${question}; printf '\\1'`).join('\n')
  const answers = (await runScript(serverIn(namespace, pod), lines)).split('\u0001')
  return Object.fromEntries(questions.map((question, i) => [question, (answers[i] ?? '').trim()])) as Record<
    Q,
    string
  >
}

/** Runs a shell script where an engine is, and returns what it printed; `$cli` in it is the engine's client. */
export async function runScript(
  place: Place,
  script: string,
  args: string[] = [],
  deadline?: number,
): Promise<string> {
  const command = ['sh', '-c', `${CLI}\n${script}`, 'sh', ...args]
  const { code, stdout, stderr } = await execIn(place, command, deadline)
  if (code !== 0) throw new Error(`pod ${place.pod} ended with ${code}: ${stderr || stdout}`)
  return stdout.replaceAll('\r', '').trimEnd()
}
