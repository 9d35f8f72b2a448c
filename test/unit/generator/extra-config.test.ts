import * as assert from 'uvu/assert'
import { checkExtraConfig, type Judging } from '../../../generator/checks/extra-config.ts'
import { load } from '../../../generator/load.ts'
import { projectAt } from '../../../generator/project.ts'
import { resolve } from '../../../generator/resolve.ts'
import type { JsonObject } from '../../../generator/text/json.ts'
import { suite } from '../../runner/suite.ts'
import { disguises, harmless, refusedNames, saidOf, whereAllMatter } from '../../shared/directives.ts'

const test = suite<Judging[]>('lines of cluster.extraConfig', {
  setup: async () => resolve(await load(projectAt(process.cwd()))),
})

/** What is said of lines, each thing once. */
function told(
  charts: Judging[],
  lines: string,
  values: { cluster?: JsonObject; resources?: JsonObject } = {},
) {
  const data = { ...values, cluster: { ...values.cluster, extraConfig: lines } }
  const found = checkExtraConfig([{ file: 'mine.yaml', name: 'mine', text: '', data }], charts)
  return [...new Set(found.map(({ problem, fix }) => `${problem}; ${fix}`))]
}

for (const [how, disguise] of Object.entries(disguises)) {
  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'A directive that undoes what the chart relies on is refused, however it is written',
  })
  test(`each directive that the chart relies on is refused ${how}`, (charts) => {
    for (const name of refusedNames) {
      const written = disguise(name)
      const [said = '', ...more] = told(charts, `slowlog-max-len 5\n${written} 1\n`, whereAllMatter)
      assert.ok(said.startsWith(saidOf(name, written)), `${JSON.stringify(written)} is told as "${said}"`)
      assert.equal(more, [])
    }
  })
}

test('what does no harm is taken', (charts) => {
  assert.equal(told(charts, harmless, whereAllMatter), [])
})

test('what is refused is told with the reason and what to do, where it was set', (charts) => {
  const text = 'cluster:\n  extraConfig: |\n    save "60 1"\n'
  const data = { cluster: { extraConfig: 'save "60 1"\n' } }
  const [found] = checkExtraConfig([{ file: 'mine.yaml', name: 'mine', text, data }], charts)
  assert.equal(found, {
    file: 'mine.yaml',
    line: 2,
    pointer: '/cluster/extraConfig',
    problem: 'sets save, but the chart sets it',
    fix: 'set persistence.save instead',
  })
})

test('a number is refused only below the least that does no harm', (charts) => {
  for (const [name, least] of [
    ['maxclients', 1000],
    ['hz', 10],
  ] as const) {
    assert.equal(told(charts, `${name} ${least}`), [])
    for (const value of [least - 1, '"20000"', ''])
      assert.match(told(charts, `${name} ${value}`).join(), `give ${least} or more`)
  }
})

test('a directive that only matters with a value is the installer’s own without it', (charts) => {
  const lines = 'min-replicas-to-write 2\nmaxmemory 1gb'
  assert.is(told(charts, lines, whereAllMatter).length, 2)
  assert.equal(told(charts, lines, { resources: { limits: {}, requests: {} } }).length, 1)
  assert.equal(told(charts, lines, { resources: { limits: null } }), [])
})

test.run()
