import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { run } from '../../runner/command.ts'
import { suite } from '../../runner/suite.ts'
import { chartgen, copyOfProject, folder } from '../../shared/project.ts'

const test = suite('chartgen', { timeout: 30_000 })
const BIN = path.resolve(import.meta.dirname, '../../../generator/bin.js')

test('the help names every command, and each command shows examples', async (_, scope) => {
  const anywhere = await folder(scope)
  const { stdout } = await chartgen(anywhere, ['--help'])
  for (const command of ['generate', 'check', 'validate', 'package', 'compare', 'release', 'start']) {
    assert.match(stdout, `chartgen ${command}`)
    assert.match((await chartgen(anywhere, [command, '--help'])).stdout, 'Examples:')
  }
})

test('what is typed wrongly ends with 1 and a hint', async (_, scope) => {
  const anywhere = await folder(scope)
  for (const args of [[], ['generat'], ['generate', '--flavor', 'x'], ['validate']]) {
    const result = await chartgen(anywhere, args)
    assert.is(result.code, 1, args.join(' '))
    assert.match(result.stderr, 'See: chartgen --help')
  }
})

test('it works on its own project from any folder', async (_, scope) => {
  const anywhere = await folder(scope)
  await writeFile(path.join(anywhere, 'mine.yaml'), 'cluster: { shards: 4 }\n')
  const result = await run(process.execPath, [BIN, 'validate', 'mine.yaml'], { cwd: anywhere })
  assert.is(result.code, 0, result.stderr)
})

test('what the system refuses ends with 1, a defect of ours with 2 and a request to report it', async (_, scope) => {
  const project = await copyOfProject(scope)
  await writeFile(path.join(project, 'file'), '')
  const refused = await chartgen(project, ['generate', '--out', 'file'])
  assert.is(refused.code, 1)
  assert.match(refused.stderr, 'The system refused: ENOTDIR')

  const meta = path.join(project, 'schema/meta/topics.yaml')
  await writeFile(meta, (await readFile(meta, 'utf8')).replace('type: object', 'type: nonsense'))
  const defect = await chartgen(project, ['generate'])
  assert.is(defect.code, 2)
  assert.match(defect.stderr, 'This is a defect of chartgen')
})

test.run()
