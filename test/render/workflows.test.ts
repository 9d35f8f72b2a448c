// needs: actionlint shellcheck
import { readdir, readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import * as assert from 'uvu/assert'
import { run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'

const test = suite('workflows', { timeout: 60_000 })

const FOLDER = '.github/workflows'
const files = (await readdir(FOLDER)).map((file) => `${FOLDER}/${file}`)

for (const file of files) {
  test(`actionlint, and shellcheck through it, have nothing to say of ${file}`, async () => {
    const { code, stdout, stderr } = await run('actionlint', [file])
    assert.is(code, 0, stdout + stderr)
  })

  test(`every action in ${file} is pinned to a commit, with its version beside it`, async () => {
    const uses = (await readFile(file, 'utf8')).split('\n').filter((line) => /\buses:/.test(line))
    assert.ok(uses.length > 0)
    for (const line of uses) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test(`${file} has no permission but those that each of its jobs names`, async () => {
    const { permissions, jobs } = load(await readFile(file, 'utf8')) as {
      permissions: object
      jobs: Record<string, { permissions?: Record<string, string> }>
    }
    assert.equal(permissions, {})
    for (const [name, job] of Object.entries(jobs)) {
      assert.ok(job.permissions, name)
      const writes = Object.values(job.permissions).includes('write')
      assert.ok(!writes || file.endsWith('/release.yaml'), `${name} may write`)
    }
  })
}

test('one action has one version in all workflows', async () => {
  const pins = new Map<string, Set<string>>()
  for (const file of files)
    for (const [, action = '', pin = ''] of (await readFile(file, 'utf8')).matchAll(/uses: (\S+)@(.+)$/gm))
      pins.set(action, (pins.get(action) ?? new Set()).add(pin))
  for (const [action, versions] of pins) assert.is(versions.size, 1, action)
})

test('whatever is pinned is kept new: packages, and actions', async () => {
  const { version, updates } = load(await readFile('.github/dependabot.yml', 'utf8')) as {
    version: number
    updates: { 'package-ecosystem': string; schedule: { interval: string } }[]
  }
  assert.is(version, 2)
  const kept = updates.map((one) => `${one['package-ecosystem']} ${one.schedule.interval}`)
  assert.equal(kept, ['npm weekly', 'github-actions weekly'])
})

test.run()
