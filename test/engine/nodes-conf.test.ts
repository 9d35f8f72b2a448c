// depends on: formats
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { createWithKeys, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { damagesOf, startsFrom } from './damages.ts'

const test = suite('which nodes.conf a pod starts from', { timeout: 120_000 })

/** Has the pods' scripts judge texts, a nodes.conf each; after `first`, which may change the first of them. */
async function judged(release: Loopback, texts: string[], first = ':'): Promise<boolean[]> {
  const script = `HERE=$(dirname "$0")
for part in lib usable nodes-conf; do . "$HERE/$part.sh"; done
${first} "$1" >&2
for file; do if usable "$file"; then echo yes; else echo no; fi; done\n`
  await writeFile(join(release.folder, 'pod/judge.sh'), script)
  await mkdir(release.data(0), { recursive: true })
  const files = texts.map((_, i) => join(release.data(0), `judged-${i}`))
  for (const [i, text] of texts.entries()) await writeFile(files[i] ?? '', text)
  const { stdout, stderr } = await release.script('judge.sh', files)
  const verdicts = stdout.trimEnd().split('\n')
  assert.is(verdicts.length, texts.length, stderr)
  return verdicts.map((verdict) => verdict === 'yes')
}

/** Whether the node would not be who it was: the scripts are stricter here than some servers, or all of them. */
function isSomebodyElse(text: string): boolean {
  const nodes = text
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, address = '']) => /:\d+@\d+/.test(address))
  const ids = nodes.map(([id = '']) => id)
  return (
    ids.some((id) => !/^[0-9a-f]{40}$/.test(id)) ||
    nodes.some(([, , , master = '-']) => master !== '-' && !ids.includes(master)) ||
    nodes.filter(([, , flags = '']) => flags.includes('myself')).length !== 1 ||
    !/^vars .*currentEpoch /m.test(text)
  )
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'A lost or damaged nodes.conf does not cost a node its identity',
  bound: 'all keys are there',
})
test('a pod counts a nodes.conf as broken if its server would not start from it, or would be somebody else', async (_, scope) => {
  const release = await prepare(scope)
  await createWithKeys(release, all(release))
  await untilWhole(release)
  await release.ask(0, 'CLUSTER', 'SETSLOT', '0', 'MIGRATING', await release.ask(1, 'CLUSTER', 'MYID'))
  await release.kill(...all(release))
  const sound = join(release.data(0), 'judged-0')
  assert.equal(
    await judged(release, [await readFile(join(release.data(0), 'nodes.conf'), 'utf8')], 'agree_on_shards'),
    [true],
  )
  const damages = damagesOf(await readFile(sound, 'utf8'))
  const verdicts: boolean[] = []
  for (let i = 0; i < damages.length; i += 50)
    verdicts.push(
      ...(await judged(
        release,
        damages.slice(i, i + 50).map(({ text }) => text),
      )),
    )
  const wrong: string[] = []
  let [starting, strict] = [0, 0]
  for (const [i, { how, text }] of damages.entries()) {
    const starts = await startsFrom(text, release.address(0))
    if (starts) starting++
    if (starts && isSomebodyElse(text)) strict++
    const right = starts && !isSomebodyElse(text)
    if (verdicts[i] !== right) wrong.push(`${right ? 'sound' : 'broken'}: ${how}`)
  }
  console.log(
    `${damages.length} damages, of which a server starts from ${starting}, ${strict} of them as somebody else`,
  )
  assert.equal(wrong, [])
  // Or there would be nothing to tell apart.
  assert.ok(starting - strict > 10 && damages.length - starting > 10)
})

test.run()
