import { must } from '../../harness/command.ts'

const PROGRAM = ['plan', 'creation', 'shape', 'placement', 'belonging'].flatMap((part) => [
  '-f',
  new URL(`../../../generator/pod/${part}.awk`, import.meta.url).pathname,
])

/** The planner's answer, a line a step. `desired` is as in `shards=3 replicas=1`. */
export async function plan(observed: string, desired: string, awk = 'awk'): Promise<string[]> {
  const [program = '', ...args] = awk.split(' ')
  const answer = await must(program, [...args, ...PROGRAM, ...desired.trim().split(/\s+/), '-'], {
    input: observed,
  })
  return answer.trimEnd().split('\n')
}
