import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Log, type LogOptions } from '@kubernetes/client-node'
import type { Place } from '../../kube/exec.ts'
import { kubeConfig } from '../../kube/kubernetes.ts'
import { within } from '../../runner/deadline.ts'

/** Something that was so, or said, and when: in milliseconds since 1970. */
export interface Moment {
  at: number
  line: string
}

/** All that a container has said so far, and when. */
export const saidBy = async (place: Place): Promise<Moment[]> => moments(await logOf(place))

/** A container's log, each line with its time in front. */
export async function logOf(
  { namespace, pod, container = '' }: Place,
  options: LogOptions = {},
): Promise<string> {
  const stream = new PassThrough()
  const whole = text(stream)
  await new Log(kubeConfig()).log(namespace, pod, container, stream, { timestamps: true, ...options })
  return within(300_000, `the log of ${pod}`, whole)
}

/** Lines that `logOf` has given. */
export function moments(log: string): Moment[] {
  const lines = log.split('\n').filter(Boolean)
  return lines.map((line) => {
    const space = line.indexOf(' ')
    return { at: Date.parse(line.slice(0, space)), line: line.slice(space + 1) }
  })
}
