// Shows defects of test/track-record.yaml on the versions that had them: tests that came later over the product as it was then.
//   npm run replay [-- COMMIT [FILE]]     all of them, or those that this commit mended and this file shows
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Defect, readTrackRecord, shows } from '../test/promises/track-record.ts'
import { must, run } from '../test/runner/command.ts'

// What comes from the commit with the tests; everything else is as it was.
const LATER = ['test', 'package.json', 'tsconfig.json', 'scripts/tools']
const MINUTES = 20

const [commit = '', wantedFile] = process.argv.slice(2)
const record = readTrackRecord(await readFile('test/track-record.yaml', 'utf8'))
const chosen = record.filter(({ mended, file }) => mended.startsWith(commit) && (wantedFile ?? file) === file)
const runs = new Map<string, Defect[]>()
for (const defect of chosen) {
  const key = [defect.mended, defect.level, defect.file].join(' ')
  runs.set(key, [...(runs.get(key) ?? []), defect])
}
let shown = 0
for (const defects of runs.values()) shown += await replay(defects)
console.log(`\n${shown} of ${chosen.length} defects shown`)
process.exit(chosen.length > 0 && shown === chosen.length ? 0 : 1)

/** Runs the file that shows these defects on the version before the commit that mended them, and returns how many it shows. */
async function replay(defects: Defect[]): Promise<number> {
  const [{ mended, tests = mended, level, file }] = defects as [Defect, ...Defect[]]
  console.log(`\n${level}/${file} as of ${tests}, on the version before ${mended} …`)
  const output = await runOn(`${mended}^`, tests, level, file)
  let count = 0
  for (const one of defects) {
    const isShown = shows(output, one)
    console.log(`  ${isShown ? 'shown' : 'NOT SHOWN'}: ${one.defect}\n    ${one.test}\n    ${one.says}`)
    if (isShown) count++
  }
  if (count < defects.length) console.log(output)
  return count
}

/** What a file of some commit's tests prints when it runs on the product as another commit has it. */
async function runOn(product: string, tests: string, level: string, file: string): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), 'replay-'))
  const extract = (commit: string, ...paths: string[]) =>
    must('sh', ['-ec', 'git archive "$2" $3 | tar -x -C "$1"', 'sh', copy, commit, paths.join(' ')])
  try {
    await extract(product)
    for (const name of LATER) await rm(path.join(copy, name), { recursive: true, force: true })
    await extract(tests, ...LATER)
    for (const name of ['node_modules', '.tools'])
      await symlink(path.resolve(name), path.join(copy, name)).catch(() => {})
    const args = ['run', `test:${level}`, '--', `${file}.test.ts`]
    const { stdout, stderr } = await run('npm', args, { cwd: copy, deadline: MINUTES * 60_000 })
    return stdout + stderr
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
