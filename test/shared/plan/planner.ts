import { readFileSync } from 'node:fs'
import { must } from '../../runner/command.ts'
import { podScripts } from '../pod-scripts.ts'

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
