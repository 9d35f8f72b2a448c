// needs: shellcheck kube-score
import { readdir } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { merge, type Values } from '../kube/values.ts'
import { must, run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { podScripts } from '../shared/pod-scripts.ts'
import { allMet, type Otherwise, otherwise } from './linter-table.ts'
import { flavours, renderText } from './rendered.ts'

const test = suite('linters', { timeout: 60_000 })

for (const flavour of flavours)
  test(`helm lint has nothing to say of ${flavour}, with any of its ci files`, async () => {
    const chart = `chart/${flavour}`
    for (const file of ['', ...(await readdir(`${chart}/ci`))]) {
      const values = file ? ['--values', `${chart}/ci/${file}`] : []
      const { code, stdout, stderr } = await run('helm', ['lint', '--strict', chart, ...values])
      assert.is(code, 0, stdout + stderr)
      assert.not.match(stdout, /\[(INFO|WARNING|ERROR)\]/)
    }
  })

test('shellcheck has nothing to say of any script, as POSIX sh', async () => {
  const scripts = [...podScripts().values()].filter((file) => file.endsWith('.sh'))
  assert.ok(scripts.length > 5)
  await must('shellcheck', ['--shell=sh', '--severity=style', ...scripts])
})

/** What kube-score finds fault with, by its names for the checks; the optional ones are among them. */
async function faults(flavour: string, values: Values): Promise<string[]> {
  const listed = (await must('kube-score', ['list'])).trim().split('\n')
  const optional = listed.filter((line) => line.endsWith(',optional')).map((line) => line.split(',')[0] ?? '')
  const options = optional.flatMap((name) => ['--enable-optional-test', name])
  const manifests = await renderText(flavour, merge({ jobs: { reconcile: { schedule: '@daily' } } }, values))
  const { stdout } = await run('kube-score', ['score', '--output-format', 'json', ...options, '-'], {
    input: manifests,
  })
  const objects = JSON.parse(stdout) as { checks: Verdict[] }[]
  const verdicts = objects.flatMap(({ checks }) => checks.filter(({ skipped }) => !skipped))
  assert.ok(verdicts.length > 100)
  return [...new Set(verdicts.filter(({ grade }) => grade < FINE).map(({ check }) => check.id))].sort()
}

interface Verdict {
  check: { id: string }
  grade: number
  skipped: boolean
}

const FINE = 10

for (const flavour of flavours)
  test(`kube-score finds fault with nothing in ${flavour} but what docs/security.md explains, and the values there mend`, async () => {
    const rows = await otherwise(flavour)
    const named = (some: Otherwise[]) =>
      some
        .flatMap(({ checks }) => checks.filter(({ linter }) => linter === 'kube-score'))
        .map(({ id }) => id)
        .sort()
    assert.equal(await faults(flavour, {}), named(rows))
    assert.equal(await faults(flavour, allMet(rows)), named(rows.filter(({ met }) => !met)))
  })

test.run()
