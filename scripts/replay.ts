// Shows defects of test/track-record.yaml on the versions that had them: today's tests over the product as it was then.
//   npm run replay [-- COMMIT [FILE]]     all of them, or those that this commit mended and this file shows
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { must, run } from '../test/harness/command.ts'
import { type Defect, readTrackRecord, shows } from '../test/promises/track-record.ts'

// What is today's in the copy; everything else is as it was.
const TODAYS = ['test', 'package.json', 'tsconfig.json', 'scripts/tools']
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
  const [{ mended, level, file }] = defects as [Defect, ...Defect[]]
  console.log(`\n${level}/${file} on the version before ${mended} …`)
  const output = await runOn(`${mended}^`, level, file)
  let count = 0
  for (const one of defects) {
    const isShown = shows(output, one)
    console.log(`  ${isShown ? 'shown' : 'NOT SHOWN'}: ${one.defect}\n    ${one.test}\n    ${one.says}`)
    if (isShown) count++
  }
  if (count < defects.length) console.log(output)
  return count
}

/** What a file of today's tests prints when it runs on the product as a commit has it. */
async function runOn(commit: string, level: string, file: string): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), 'replay-'))
  try {
    await must('sh', [
      '-ec',
      `git archive --output '${copy}.tar' '${commit}'; tar -xf '${copy}.tar' -C '${copy}'`,
    ])
    for (const name of TODAYS) {
      await rm(path.join(copy, name), { recursive: true, force: true })
      await cp(name, path.join(copy, name), { recursive: true })
    }
    for (const name of ['node_modules', '.tools'])
      await symlink(path.resolve(name), path.join(copy, name)).catch(() => {})
    const args = ['--import', 'tsx', 'test/harness/run.ts', level, `${file}.test.ts`]
    const { stdout, stderr } = await run('node', args, { cwd: copy, deadline: MINUTES * 60_000 })
    return stdout + stderr
  } finally {
    await rm(copy, { recursive: true, force: true })
    await rm(`${copy}.tar`, { force: true })
  }
}
