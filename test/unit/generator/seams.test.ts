import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { checkSources } from '../../../generator/checks/sources.ts'
import { load } from '../../../generator/load.ts'
import { projectAt } from '../../../generator/project.ts'
import { formatMistakes } from '../../../generator/text/mistake.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { chartgen, copyOfProject, mistakes } from '../../shared/project.ts'

const test = suite('the seams between schema, templates and scripts', { timeout: 30_000 })

/** A file of this project, and the first line in it that has a text. */
async function lineOf(file: string, text: string): Promise<string> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  const index = lines.findIndex((line) => line.includes(text))
  assert.is.not(index, -1, `${file} has ${text}`)
  return `${file}:${index + 1}`
}

interface Edits {
  [file: string]: [from: string | RegExp, to: string]
}

/** A copy of this project, in which some files were edited and others added. */
async function edited(scope: Scope, edits: Edits, added: Record<string, string> = {}): Promise<string> {
  const project = await copyOfProject(scope)
  for (const [file, [from, to]] of Object.entries(edits)) {
    const text = await readFile(path.join(project, file), 'utf8')
    assert.is.not(text.replace(from, to), text, `${file} has ${from}`)
    await writeFile(path.join(project, file), text.replace(from, to))
  }
  for (const [file, text] of Object.entries(added)) {
    await mkdir(path.dirname(path.join(project, file)), { recursive: true })
    await writeFile(path.join(project, file), text)
  }
  return project
}

/** What is wrong with an edited copy, without the numbers of lines, which say nothing here. */
async function told(scope: Scope, edits: Edits, added: Record<string, string> = {}): Promise<string[]> {
  const project = await edited(scope, edits, added)
  const mistakes = checkSources(await load(projectAt(project)))
  return formatMistakes(mistakes)
    .replaceAll(/\S*chartgen-\w+\//g, '')
    .replaceAll(/:\d+:/g, ':')
    .split('\n')
    .sort()
}

test('a template that reads a value of another name is told with what was meant', async (_, scope) => {
  const edits: Edits = {
    'generator/templates/server/_pod.tpl.hbs': ['.memory.maxmemoryPercent', '.memory.maxmemoryPercnt'],
  }
  assert.equal(await told(scope, edits), [
    `generator/templates/server/_pod.tpl.hbs: there is no value memory.maxmemoryPercnt; did you mean "maxmemoryPercent"?`,
    'schema/values/memory.yaml /memory/maxmemoryPercent: no template reads memory.maxmemoryPercent; read .Values.memory.maxmemoryPercent, or remove the value',
  ])
})

test('a message, a script, a page or a description that names a value which is not there is told', async (_, scope) => {
  const edits: Edits = {
    'schema/directives.yaml': ['and memory.maxmemoryPercent', 'and memory.maxmemoryPercnt'],
    [script('jobs/rewrite.sh')]: ['jobs.deadlineSeconds', 'jobs.deadlineSecond'],
    'generator/templates/root/docs/scaling.md.hbs': ['`cluster.shards`', '`cluster.shard`'],
    'schema/values/jobs.yaml': [/$/, '# It is jobs.deadlineSecs, beside keeper.sh and spec.cluster.name.\n'],
  }
  assert.equal(await told(scope, edits), [
    'generator/pod/jobs/rewrite.sh: there is no value jobs.deadlineSecond; did you mean "deadlineSeconds"?',
    'generator/templates/root/docs/scaling.md.hbs: there is no value cluster.shard; did you mean "shards"?',
    'schema/directives.yaml: there is no value memory.maxmemoryPercnt; did you mean "maxmemoryPercent"?',
    'schema/values/jobs.yaml: there is no value jobs.deadlineSecs; did you mean "deadlineSeconds"?',
  ])
})

test('generate, check and validate tell that a template reads a renamed value, in which line, and its new name', async (_, scope) => {
  const edits: Edits = {
    'schema/values/memory.yaml': ['  maxmemoryPercent:', '  percent:'],
    'schema/topics.yaml': [/$/, 'renamed:\n  maxmemory: memory.percent\n'],
    'generator/templates/server/_pod.tpl.hbs': ['.memory.maxmemoryPercent', '.maxmemory'],
  }
  const project = await edited(scope, edits, { 'mine.yaml': 'cluster:\n  shards: 5\n' })
  const reads = await lineOf('generator/templates/server/_pod.tpl.hbs', 'memory.maxmemoryPercent')
  const names = await lineOf('schema/directives.yaml', 'memory.maxmemoryPercent')
  for (const command of [['generate'], ['check'], ['validate', 'mine.yaml']]) {
    const result = await chartgen(project, command)
    assert.is(result.code, 1, command.join(' '))
    assert.equal(mistakes(result), [
      `${reads}: maxmemory is called memory.percent now: move the value there`,
      'schema/values/memory.yaml /memory/percent: no template reads memory.percent; read .Values.memory.percent, or remove the value',
      `${names}: there is no value memory.maxmemoryPercent; use one of "percent", "policy"`,
    ])
  }
})

test('values are followed into with and variables', async (_, scope) => {
  const edits: Edits = { 'generator/templates/_names.tpl.hbs': ['if .digest', 'if .digets'] }
  const added = {
    'generator/templates/more.yaml':
      '{{- $volume := .Values.persistence }}\n{{ $volume.size }}{{ $volume.sise }}\n',
  }
  assert.equal(await told(scope, edits, added), [
    'generator/templates/_names.tpl.hbs: there is no value image.digets; did you mean "digest"?',
    'generator/templates/more.yaml: there is no value persistence.sise; did you mean "size"?',
  ])
})

test('a value that no template reads is told, even beside others that are read', async (_, scope) => {
  const value = '  unused: { description: Unused., type: string, default: "" }\n  digest:'
  const edits: Edits = { 'schema/values/image.yaml': ['  digest:', value] }
  assert.equal(await told(scope, edits), [
    'schema/values/image.yaml /image/unused: no template reads image.unused; read .Values.image.unused, or remove the value',
  ])
})

test('what an upgrade cannot change is a value of the schema, each under a key of its own', async (_, scope) => {
  const edits: Edits = {
    'schema/fixed.yaml': [
      /value: persistence.size\n +key: size/,
      'value: persistence.sice\n    key: persistence',
    ],
  }
  assert.equal(await told(scope, edits), [
    "schema/fixed.yaml /fixed/1: the key persistence is another value's; give it a key of its own",
    'schema/fixed.yaml /fixed/1: there is no value persistence.sice; did you mean "persistence.size"?',
  ])
})

test('a directive that is refused has one reason', async (_, scope) => {
  const edits: Edits = { 'schema/directives.yaml': ['names: [logfile]', 'names: [logfile, dir]'] }
  assert.equal(await told(scope, edits), [
    'schema/directives.yaml /refused/9: names dir, as does /refused/6; keep one of the two',
  ])
})

const script = (name: string) => `generator/pod/${name}`

test('two scripts of one name are told: in a pod they lie in one folder', async (_, scope) => {
  const added = { [script('keeper/volume.sh')]: '# shellcheck shell=sh\n' }
  assert.equal(await told(scope, {}, added), [
    'generator/pod/keeper/volume.sh: has the name of generator/pod/server/volume.sh, and in a pod both lie in one folder; rename one of them',
  ])
})

test('a list of values that no template reads holds only such', async (_, scope) => {
  const edits: Edits = {
    'generator/templates/NOTES.txt.hbs': ['{{ .Values.image.tag }}', '{{ .Values.enabled }}'],
  }
  assert.equal(await told(scope, edits), [
    'schema/values/enabled.yaml: a template reads enabled; take it off UNREAD in generator/checks/templates.ts',
  ])
})

test('a script that nothing runs, and one that is not there, are told', async (_, scope) => {
  const edits: Edits = { [script('keeper/keeper.sh')]: ['"$HERE/view.sh"', '"$HERE/veiw.sh"'] }
  assert.equal(await told(scope, edits, { [script('topology/new.awk')]: '{ print }\n' }), [
    'generator/pod/keeper/keeper.sh: there is no script veiw.sh; did you mean "view.sh"?',
    'generator/pod/keeper/view.sh: nothing runs or sources it; source it, or remove it',
    'generator/pod/topology/new.awk: nothing runs or sources it; source it, or remove it',
  ])
})

test('a script in no room, and a pod’s script that sources what restarts no pod, are told', async (_, scope) => {
  const edits: Edits = {
    [script('keeper/keeper.sh')]: [
      '. "$HERE/view.sh"',
      '. "$HERE/view.sh"\n. "$HERE/observe.sh"\n. "$HERE/more.sh"',
    ],
  }
  assert.equal(await told(scope, edits, { [script('more.sh')]: '# shellcheck shell=sh\n' }), [
    'generator/pod/keeper/keeper.sh: sources observe.sh of topology/, whose scripts do not restart what runs here; move observe.sh to shared/',
    'generator/pod/more.sh: lies in no room; move it to one of shared, server, keeper, topology, jobs',
  ])
})

test.run()
