import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { plan } from './planner.ts'

const CASES = new URL('../../unit/pod/plan/cases/', import.meta.url)

/** The names of the situations: each is a folder of what was observed, what is desired, and the steps that must come out. */
export const cases = readdirSync(CASES).sort()

const DESIRED = /^((shards|replicas|release|drain|ordered|there|revision|check)=\S+\s+)+$/
const STEPS =
  /^((epoch|assign|meet|replicate|reset|failover|cancel|fix|move|forget|roll|wait|refuse|done)( \S+)+\n)+$/

/** Plans a situation with an awk of one's choice, and compares; if UPDATE names the situation, writes its steps anew instead. */
export async function assertPlan(name: string, awk = 'awk'): Promise<void> {
  const at = (file: string) => new URL(`${name}/${file}`, CASES)
  const [observed, desired] = await Promise.all([
    readFile(at('observed'), 'utf8'),
    readFile(at('desired'), 'utf8'),
  ])
  assert.match(desired, DESIRED, 'desired is in the words that plan.awk begins with')
  const steps = `${(await plan(observed, desired, awk)).join('\n')}\n`
  assert.match(steps, STEPS, 'steps are in the words that plan.awk begins with')
  if (process.env.UPDATE === name) await writeFile(at('steps'), steps)
  assert.is(steps, await stepsOf(name, at('steps')))
}

async function stepsOf(name: string, file: URL): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new Error(`${name} has no steps: have them written with UPDATE=${name}, and read them`)
  })
}
