import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../runner/suite.ts'

const test = suite('rooms')

/** The rooms of the generator, from the top: each imports only rooms below it. The root, `.`, is the pipeline. */
const ROOMS = 'commands . checks compare release documents values helm cluster files text'.split(' ')
const PURE = ['checks', 'values', 'text']
const LEVELS = ['unit', 'render', 'engine', 'versions', 'kind', 'matrix', 'bench']
/** What starts the commands. */
const CLI = 'cli.ts'

/** The texts of all TypeScript files below a folder, by their paths in it. */
function textsIn(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String)
  const files = names.filter((name) => name.endsWith('.ts') && !name.includes('fixtures'))
  return new Map(files.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))
}

/** What a file imports: names of modules as they stand there, and paths in the folder that all files are in. */
const importsOf = (file: string, text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, name = '']) =>
    name.startsWith('.') ? path.join(path.dirname(file), name) : name,
  )

const wrong = (files: Map<string, string>, isWrong: (file: string, imported: string) => boolean) =>
  [...files].flatMap(([file, text]) =>
    importsOf(file, text)
      .filter((imported) => isWrong(file, imported))
      .map((imported) => `${file} imports ${imported}`),
  )

const isUp = (file: string, imported: string) => {
  if (file === CLI || !imported.endsWith('.ts')) return false
  return ROOMS.indexOf(path.dirname(imported)) < ROOMS.indexOf(path.dirname(file))
}
const isEffect = (file: string, imported: string) =>
  PURE.includes(path.dirname(file)) && imported.startsWith('node:')

const levelOf = (file: string) => LEVELS.find((level) => file.startsWith(`${level}/`))
const isOfAnotherLevel = (file: string, imported: string) => {
  const level = levelOf(imported)
  return level !== undefined && level !== levelOf(file)
}

test('each room of the generator imports only rooms below it', () => {
  const files = textsIn('generator')
  const rooms = new Set([...files.keys()].map((file) => path.dirname(file)))
  assert.equal([...rooms].sort(), [...ROOMS].sort())
  assert.equal(wrong(files, isUp), [])
  files.set('values/more.ts', "import { conforms } from '../checks/conforms.ts'\n")
  files.set('text/more.ts', "import { load } from '../load.ts'\n")
  assert.equal(wrong(files, isUp), [
    'values/more.ts imports checks/conforms.ts',
    'text/more.ts imports load.ts',
  ])
})

test('values, checks and text do nothing to the machine', () => {
  const files = textsIn('generator')
  assert.equal(wrong(files, isEffect), [])
  files.set('values/more.ts', "import { join } from 'node:path'\n")
  assert.equal(wrong(files, isEffect), ['values/more.ts imports node:path'])
})

test('no level of tests imports another level, and what they share imports none', () => {
  const files = textsIn('test')
  assert.equal(wrong(files, isOfAnotherLevel), [])
  files.set('kind/more.ts', "import { x } from '../matrix/faults/x.ts'\n")
  files.set('kube/more.ts', "import { y } from '../unit/y.ts'\n")
  assert.equal(wrong(files, isOfAnotherLevel), [
    'kind/more.ts imports matrix/faults/x.ts',
    'kube/more.ts imports unit/y.ts',
  ])
})

test.run()
