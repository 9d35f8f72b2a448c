import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { plan } from './planner.ts'

const CASES = new URL('../../unit/pod/plan/cases/', import.meta.url)

/** The names of the situations: each is a folder of what was observed, what is desired, and the steps that must come out. */
export const cases = readdirSync(CASES).sort()

/** Plans a situation with an awk of one's choice, and compares; with UPDATE set it writes the steps anew instead. */
export async function assertPlan(name: string, awk = 'awk'): Promise<void> {
  const read = (file: string) => readFile(new URL(`${name}/${file}`, CASES), 'utf8')
  const steps = `${(await plan(await read('observed'), await read('desired'), awk)).join('\n')}\n`
  if (process.env.UPDATE) await writeFile(new URL(`${name}/steps`, CASES), steps)
  assert.is(steps, await read('steps'))
}
