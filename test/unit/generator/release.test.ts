import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { releaseCharts } from '../../../generator/commands/release.ts'
import { readTree } from '../../../generator/files/read.ts'
import { onDisk, type Perform, type Step } from '../../../generator/files/write.ts'
import { projectAt } from '../../../generator/project.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { chartgen, copyOfProject, mistakes } from '../../shared/project.ts'

const test = suite('chartgen release', { timeout: 120_000 })

const DAY = '2030-01-02'
const CHANGES = {
  'one.yaml': 'kind: fixed\ndescription: It waits for "loading" replicas.\n',
  'three.yaml': 'kind: fixed\ndescription: It counts.\n',
  'two.yaml': 'kind: security\ndescription: A hole is closed.\n',
}

/** A copy of the project at a version, with changes and its charts. */
async function prepared(
  scope: Scope,
  changes: { [file: string]: string },
  version = '0.4.1',
): Promise<string> {
  const project = await copyOfProject(scope)
  await writeFile(
    path.join(project, 'CHANGELOG.md'),
    `# Changelog\n\n## ${version} - 2029-01-01\n\n### Added\n\n- All.\n`,
  )
  for (const flavour of ['redis-cluster', 'valkey-cluster']) {
    const at = path.join(project, `schema/flavours/${flavour}.yaml`)
    await writeFile(at, (await readFile(at, 'utf8')).replace(/^version:.*$/m, `version: ${version}`))
  }
  await mkdir(path.join(project, '.changes'))
  await writeFile(path.join(project, '.changes/README.md'), 'How.\n')
  for (const [file, text] of Object.entries(changes))
    await writeFile(path.join(project, '.changes', file), text)
  return project
}

/** Runs a release of a project on the test's day. */
const released = (project: string, perform: Perform = onDisk): Promise<string | undefined> =>
  releaseCharts(projectAt(project), DAY, undefined, perform)

const kinds: [from: string, kind: string, to: string][] = [
  ['0.4.1', 'fixed', '0.4.2'],
  ['0.4.1', 'added', '0.4.2'],
  ['0.4.1', 'removed', '0.5.0'],
  ['1.4.1', 'security', '1.4.2'],
  ['1.4.1', 'deprecated', '1.5.0'],
  ['1.4.1', 'removed', '2.0.0'],
  ['2.0.0-rc.1', 'added', '2.0.0'],
]

for (const [from, kind, to] of kinds)
  test(`after ${from} comes ${to} where something was ${kind}`, async (_, scope) => {
    const changes = { ...CHANGES, 'last.yaml': `kind: ${kind}\ndescription: Something.\n` }
    assert.is(await released(await prepared(scope, changes, from)), to)
  })

test('changelog, versions and annotations tell of the changes, whose files are gone', async (_, scope) => {
  const project = await prepared(scope, CHANGES)
  const result = await chartgen(project, ['release'])
  assert.is(result.code, 0, result.stderr)
  assert.match(result.stdout, 'Released 0.4.2. Next: look at git diff, commit it, and tag the commit v0.4.2')
  const tree = await readTree(project)
  const day = new Date().toISOString().slice(0, 10)
  assert.is(
    tree.get('CHANGELOG.md')?.replace(day, DAY),
    `# Changelog

## 0.4.2 - ${DAY}

### Fixed

- It waits for "loading" replicas.
- It counts.

### Security

- A hole is closed.

## 0.4.1 - 2029-01-01

### Added

- All.
`,
  )
  assert.equal(
    [...tree.keys()].filter((file) => file.startsWith('.changes')),
    ['.changes/README.md'],
  )
  for (const flavour of ['redis-cluster', 'valkey-cluster']) {
    const chart = tree.get(`chart/${flavour}/Chart.yaml`) ?? ''
    assert.match(chart, /^version: 0\.4\.2$/m)
    assert.match(chart, 'artifacthub.io/containsSecurityUpdates: "true"')
    assert.match(chart, '- kind: fixed\n      description: "It waits for \\"loading\\" replicas."\n')
    assert.not.match(chart, 'All.')
  }
  assert.is((await chartgen(project, ['check'])).code, 0)

  const again = await chartgen(project, ['release'])
  assert.is(again.code, 0)
  assert.match(again.stdout, 'Nothing to release: there is no change in .changes')
  assert.equal(await readTree(project), tree)
})

/** Whether a step is one after which a release is killed here: of the many files of a chart, one stands for all. */
const counts = (step: Step) =>
  step.do !== 'write' || !step.path.includes('.new/') || step.path.endsWith('/Chart.yaml')

/** Carries out so many steps that count, then dies. */
function dyingAfter(steps: number): Perform {
  let left = steps
  return async (step) => {
    if (left === 0) throw new Error('died')
    await onDisk(step)
    if (counts(step)) left--
  }
}

test.proves({
  topic: 'Sources and packages',
  promise: 'A release that is killed after any step is finished by the next run',
})
test('a plan shows the version, the changes and the files, and writes nothing', async (_, scope) => {
  const project = await prepared(scope, CHANGES)
  const before = await readTree(project)
  const { code, stdout } = await chartgen(project, ['release', '--plan'])
  assert.is(code, 0)
  assert.match(stdout, /The next release is 0\.4\.2:\n\n {2}fixed: It waits for "loading" replicas\./)
  assert.match(
    stdout,
    /write CHANGELOG\.md, schema\/flavours\/redis-cluster\.yaml, .* and chart, and\nremove \.changes\/one\.yaml/,
  )
  assert.equal(await readTree(project), before)
})

test('a release that is killed after any step is finished by the next run', async (_, scope) => {
  const whole = await prepared(scope, CHANGES)
  assert.is(await released(whole), '0.4.2')
  const expected = await readTree(whole)
  let ended = false
  for (let steps = 0; !ended; steps++) {
    const project = await prepared(scope, CHANGES)
    ended = await released(project, dyingAfter(steps)).then(
      () => true,
      (error: Error) => {
        if (error.message !== 'died') throw error
        return false
      },
    )
    await released(project)
    const found = await readTree(project)
    assert.equal([...found.keys()], [...expected.keys()], `after ${steps} steps`)
    assert.equal(found, expected, `after ${steps} steps`)
    if (ended) assert.ok(steps > 15, `${steps}`)
  }
})

test('a file that somebody edits while a release is under way is not overwritten', async (_, scope) => {
  const project = await prepared(scope, CHANGES)
  // The journal takes two steps, the changelog two, and the first flavour is next.
  await released(project, dyingAfter(5)).catch(() => {})
  const flavour = path.join(project, 'schema/flavours/redis-cluster.yaml')
  const edited = `${await readFile(flavour, 'utf8')}# edited\n`
  await writeFile(flavour, edited)
  const result = await chartgen(project, ['release'])
  assert.is(result.code, 1)
  assert.equal(mistakes(result), [
    'schema/flavours/redis-cluster.yaml: has changed since a release began; undo that and run release again, or give the release up: remove .changes/.release.json and restore the files from git',
  ])
  assert.is(await readFile(flavour, 'utf8'), edited)
})

test('a change that says no kind, or no sentence, is told by generate too', async (_, scope) => {
  const project = await prepared(scope, {
    'a.yaml': 'kind: fix\ndescription: it is mended\n',
    'b.yaml': 'kind: added\nbreaking: true\n',
  })
  for (const command of ['generate', 'release'])
    assert.equal(mistakes(await chartgen(project, [command])).sort(), [
      '.changes/a.yaml /description: "it is mended" does not fit; give one sentence in one paragraph, from a capital to a full stop',
      '.changes/a.yaml /kind: "fix" is not one of the choices; use one of "added", "changed", "deprecated", "removed", "fixed", "security"',
      '.changes/b.yaml /breaking: unknown key "breaking"; use one of "kind", "description"',
      '.changes/b.yaml: has no "description"; add "description": a sentence that tells a user what is different now',
    ])
})

test('what the generator would take for its own, and what is no .yaml file, is told before anything is written', async (_, scope) => {
  const project = await prepared(scope, {
    'a.yaml': 'kind: fixed\ndescription: It writes <% name %> again.\n',
    'b.txt': 'kind: fixed\ndescription: It is mended.\n',
  })
  const before = await readTree(project)
  assert.equal(mistakes(await chartgen(project, ['release'])).sort(), [
    '.changes/a.yaml /description: the sentence goes through the generator, which takes <% for its own; say it without',
    '.changes/b.txt: is no .yaml file; rename it, or move it elsewhere',
  ])
  assert.equal(await readTree(project), before)
})

test('a journal that no release has written is told', async (_, scope) => {
  const project = await prepared(scope, CHANGES)
  for (const text of ['', '{}', 'null']) {
    await writeFile(path.join(project, '.changes/.release.json'), text)
    const { code, stderr } = await chartgen(project, ['release'])
    assert.is(code, 1, stderr)
    assert.match(stderr, '.changes/.release.json is not what a release writes; remove it')
  }
})

test.run()
