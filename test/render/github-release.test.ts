import { chmod, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { must, run } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { folder } from '../shared/project.ts'

const test = suite('scripts/github-release', { timeout: 30_000 })

const SCRIPT = path.resolve('scripts/github-release')
const CHANGELOG = `# Changelog

## 1.1.0 - 2026-02-01

### Fixed

- The newer fault.

## 1.0.0 - 2026-01-01

### Fixed

- The older fault.
`

/** What GitHub says of a release: whether it is a draft, or nothing if there is none. */
type State = 'true' | 'false' | ''

/** Runs the script where these tags are, with a client that tells the state of the release; returns what else the client was asked for. */
async function release(scope: Scope, tag: string, state: State, files: string[] = []) {
  const at = await folder(scope)
  const here = (file: string) => path.join(at, file)
  await must('git', ['init', '--quiet', at])
  const commit = [
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.org',
    'commit',
    '--allow-empty',
    '-qm',
    'one',
  ]
  await must('git', ['-C', at, ...commit])
  for (const one of ['v1.0.0', 'v1.1.0-rc.1', 'v1.1.0']) await must('git', ['-C', at, 'tag', one])
  await writeFile(here('CHANGELOG.md'), CHANGELOG)
  for (const file of ['a-1.0.0.tgz', 'a-1.0.0.tgz.prov', 'a-1.1.0.tgz', 'a-1.1.0.tgz.prov', 'sbom.json'])
    await writeFile(here(file), '')
  await writeFile(
    here('gh'),
    `#!/bin/sh\nif [ "$2" = view ]; then echo "${state}"; [ -n "${state}" ]; exit; fi\nprintf '%s\\n' "$*" >>${here('asked')}\n`,
  )
  await chmod(here('gh'), 0o755)
  const env = { ...process.env, PATH: `${at}:${process.env.PATH}` }
  const { code, stdout, stderr } = await run('sh', [SCRIPT, tag, '.', 'sbom.json', ...files], {
    cwd: at,
    env,
  })
  return { code, said: stdout + stderr, asked: await readFile(here('asked'), 'utf8').catch(() => '') }
}

test('the newest has its own notes, packages, signatures and what else is given', async (_, scope) => {
  const { code, said, asked } = await release(scope, 'v1.1.0', '')
  assert.is(code, 0, said)
  assert.match(asked, /^release create v1\.1\.0 --verify-tag --title v1\.1\.0 --notes/)
  assert.match(asked, 'The newer fault.')
  assert.not.match(asked, 'The older fault.')
  assert.match(asked, / --latest \.\/a-1\.1\.0\.tgz \.\/a-1\.1\.0\.tgz\.prov sbom\.json\n$/)
})

test('an older one does not become the latest', async (_, scope) => {
  const { asked } = await release(scope, 'v1.0.0', '')
  assert.match(asked, 'The older fault.')
  assert.not.match(asked, 'The newer fault.')
  assert.match(asked, / --latest=false \.\/a-1\.0\.0\.tgz /)
})

test('what was published stays as it is, and a draft is made anew', async (_, scope) => {
  const published = await release(scope, 'v1.1.0', 'false')
  assert.equal([published.code, published.asked], [0, ''], published.said)
  const draft = await release(scope, 'v1.1.0', 'true')
  assert.match(draft.asked, /^release delete v1\.1\.0 --yes\nrelease create v1\.1\.0 /)
})

test('what is missing is named before anything is made', async (_, scope) => {
  const lacking = await release(scope, 'v1.1.0', '', ['provenance.json'])
  assert.equal([lacking.code, lacking.asked], [1, ''])
  assert.match(lacking.said, 'provenance.json is missing: the release v1.1.0 would lack it')
  const untold = await release(scope, 'v1.1.0-rc.1', '')
  assert.equal([untold.code, untold.asked], [1, ''])
})

test.run()
