import { execIn } from './exec.ts'

// Whichever engine it is; with the password, where the release has one.
const CLI = `
  if [ -f /auth/password ]; then REDISCLI_AUTH=$(cat /auth/password); export REDISCLI_AUTH; fi
  cli=$(command -v valkey-cli || command -v redis-cli)`

/** Asks the server of a pod, as `redis-cli` in its container does, and returns the answer. */
export async function ask(namespace: string, pod: string, ...command: string[]): Promise<string> {
  const script = `${CLI}\nexec "$cli" "$@"`
  return told(namespace, pod, ['sh', '-c', script, 'ask', ...command])
}

/** Asks several questions in one go, because each exec costs as much as many answers. */
export async function askAll<Q extends string>(
  namespace: string,
  pod: string,
  questions: Q[],
): Promise<Record<Q, string>> {
  const lines = questions.map((question) => `$cli ${question}; printf '\\1'`).join('\n')
  const answers = (await told(namespace, pod, ['sh', '-c', `${CLI}\n${lines}`])).split('\u0001')
  return Object.fromEntries(questions.map((question, i) => [question, (answers[i] ?? '').trim()])) as Record<
    Q,
    string
  >
}

async function told(namespace: string, pod: string, command: string[]): Promise<string> {
  const { code, stdout, stderr } = await execIn({ namespace, pod, container: 'server' }, command)
  if (code !== 0) throw new Error(`pod ${pod} ended with ${code}: ${stderr || stdout}`)
  return stdout.replaceAll('\r', '').trimEnd()
}
