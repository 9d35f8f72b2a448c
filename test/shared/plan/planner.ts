import { readFileSync } from 'node:fs'
import { must, run } from '../../runner/command.ts'
import { podScripts } from '../pod-scripts.ts'
import { processorTime } from '../processor-time.ts'

const SCRIPTS = podScripts()
const PARTS = [...readFileSync(SCRIPTS.get('plan.sh') ?? '', 'utf8').matchAll(/-f "\$HERE\/(\S+)"/g)]
const PROGRAM = PARTS.flatMap(([, part = '']) => ['-f', SCRIPTS.get(part) ?? ''])

/** The planner's answer, a line a step. `desired` is as in `shards=3 replicas=1`. */
export async function plan(observed: string, desired: string, awk = 'awk'): Promise<string[]> {
  const [program = '', ...args] = awk.split(' ')
  const answer = await must(program, [...args, ...PROGRAM, ...desired.trim().split(/\s+/), '-'], {
    input: observed,
  })
  return answer.trimEnd().split('\n')
}

/** What a plan is, and what it took. */
export interface Weighed {
  steps: string[]
  /** Of the processor, which tells on a busy machine too. */
  seconds: number
}

/** Plans within so many megabytes of memory, and says what that took of the processor. */
export async function weigh(
  observed: string,
  desired: string,
  awk: string,
  megabytes: number,
): Promise<Weighed> {
  const command = `ulimit -v ${megabytes * 1024} && "$@" && times >&2`
  const args = ['-c', command, 'sh', ...awk.split(' '), ...PROGRAM, ...desired.split(' '), '-']
  const { code, stdout, stderr } = await run('sh', args, { input: observed, deadline: 300_000 })
  if (code !== 0) throw new Error(`${awk} ended with ${code}: ${stderr}`)
  return { steps: stdout.trimEnd().split('\n'), seconds: processorTime(stderr) }
}
