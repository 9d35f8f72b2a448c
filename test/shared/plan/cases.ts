import { readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { podScripts } from '../pod-scripts.ts'
import { plan } from './planner.ts'

const CASES = new URL('../../unit/pod/plan/cases/', import.meta.url)

/** The names of the situations: each is a folder of what was observed, what is desired, and the steps that must come out. */
export const cases = readdirSync(CASES).sort()

// The words of both are those that the planner's own first lines explain.
const header = readFileSync(podScripts().get('plan.awk') ?? '', 'utf8').split('\nEND')[0] ?? ''
const OPTIONS = [...header.matchAll(/[# ](\w+)=/g)].map(([, option]) => option)
const KINDS = [...header.matchAll(/^# {3}([a-z]+) [A-Z]/gm)].map(([, kind]) => kind)
const DESIRED = new RegExp(`^((${OPTIONS.join('|')})=\\S+\\s+)+$`)
const STEPS = new RegExp(`^((${KINDS.join('|')})( \\S+)+\n)+$`)

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
