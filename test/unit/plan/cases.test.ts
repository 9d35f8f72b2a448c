import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { suite } from '../../harness/suite.ts'
import { plan } from './planner.ts'

const CASES = new URL('./cases/', import.meta.url)

const test = suite('the plan, case by case')

// Each folder is a situation: what was observed, what is desired, and the steps that must come out.
for (const name of readdirSync(CASES).sort())
  test(name.replaceAll('-', ' '), async () => {
    const read = (file: string) => readFile(new URL(`${name}/${file}`, CASES), 'utf8')
    const steps = await plan(await read('observed'), await read('desired'))
    if (process.env.UPDATE) await writeFile(new URL(`${name}/steps`, CASES), `${steps.join('\n')}\n`)
    assert.is(steps.join('\n'), (await read('steps')).trimEnd())
  })

test.run()
