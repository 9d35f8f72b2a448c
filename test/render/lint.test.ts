// needs: shellcheck kube-score
import { readdir } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { must, run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { podScripts } from '../shared/pod-scripts.ts'
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

// What kube-score calls critical and we do otherwise, each with the reason.
const exceptions = {
  'container-image-pull-policy':
    'IfNotPresent starts a pod while the registry is away; who needs more pins a digest',
  'container-security-context-user-group-id':
    '999 is the user of the official images, and their files belong to it',
}

for (const flavour of flavours)
  test(`kube-score finds nothing critical in ${flavour} but what is explained`, async () => {
    const manifests = await renderText(flavour)
    const ignored = Object.keys(exceptions).flatMap((test) => ['--ignore-test', test])
    // A CPU limit throttles a server until its peers take it for dead: see resources in values.yaml.
    const { stdout, stderr } = await run(
      'kube-score',
      ['score', '--output-format', 'ci', '--ignore-container-cpu-limit', ...ignored, '-'],
      { input: manifests },
    )
    assert.match(stdout, /\[OK\]/, stderr)
    assert.equal(
      stdout.split('\n').filter((line) => line.startsWith('[CRITICAL]')),
      [],
    )
  })

test.run()
