import { Writable } from 'node:stream'
import { Exec, type V1Status } from '@kubernetes/client-node'
import { within } from '../runner/deadline.ts'
import { kubeConfig } from './kubernetes.ts'

/** Where a command is to run. */
export interface Place {
  namespace: string
  pod: string
  container?: string
}

/** What a command in a container printed, and how it ended. */
export interface Said {
  code: number
  stdout: string
  stderr: string
}

/** Runs a command in a container and returns what became of it; rejects when it could not be run to its end. */
export function execIn(
  { namespace, pod, container = '' }: Place,
  command: string[],
  deadline = 10_000,
): Promise<Said> {
  const out = gather()
  const err = gather()
  const work = new Promise<Said>((resolve, reject) => {
    let status: V1Status | undefined
    new Exec(kubeConfig())
      .exec(namespace, pod, container, command, out.stream, err.stream, null, false, (ended) => {
        status = ended
      })
      .then((socket) => {
        socket.on('error', reject)
        // The status comes before the socket closes; without one the pod or the connection to it is gone.
        socket.on('close', () => {
          const code = status && exitCode(status)
          if (code !== undefined) resolve({ code, stdout: out.text(), stderr: err.text() })
          else reject(new Error(status?.message ?? `the connection to pod ${pod} was lost`))
        })
      }, reject)
  })
  return within(deadline, `${command.join(' ').slice(0, 100)} in pod ${pod}`, work)
}

/** How the command ended; nothing when it could not be run. */
function exitCode({ status, details }: V1Status): number | undefined {
  if (status === 'Success') return 0
  const cause = details?.causes?.find(({ reason }) => reason === 'ExitCode')
  return cause?.message ? Number(cause.message) : undefined
}

function gather() {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(chunks).toString() }
}
