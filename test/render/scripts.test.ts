// needs: shellcheck
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { must, run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'

const test = suite('scripts for people working here', { timeout: 60_000 })

for (const script of [
  '.ci/run',
  'scripts/github-release',
  'scripts/schemas',
  'scripts/sign',
  'scripts/tools',
]) {
  test(`${script} gives shellcheck nothing to say`, async () => {
    const { code, stdout } = await run('shellcheck', [script])
    assert.is(code, 0, stdout)
  })
}

test('scripts/tools names what it does not know', async () => {
  const { code, stderr } = await run('scripts/tools', ['kubeadm'])
  assert.is(code, 2)
  assert.match(stderr, /knows no kubeadm; it knows: helm /)
})

test('scripts/tools says what is missing and how to get it', async (_, scope) => {
  const bare = await mkdtemp(path.join(tmpdir(), 'bare-'))
  scope.defer(() => rm(bare, { recursive: true }))
  for (const program of ['sh', 'dirname', 'awk', 'sed', 'head']) {
    await symlink((await must('which', [program])).trim(), path.join(bare, program))
  }
  const { code, stdout } = await run('scripts/tools', ['kubectl'], { env: { PATH: bare } })
  assert.is(code, 1)
  assert.match(stdout, /kubectl +MISSING +not on PATH; wanted: 1\.29 or later\n.*kubernetes\.io/)
})

test.run()
