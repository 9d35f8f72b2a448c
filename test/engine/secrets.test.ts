// depends on: protocol
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { watchFor } from '../shared/loopback/exposure.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

const test = suite('the password', { timeout: 90_000 })

const ODD = ` 'it' is "odd" \\ \\n $HOME #1 >2 %s * ~ ü€😀 \t;`

/** The files of a folder, and of those in it, that hold a text. */
async function holding(folder: string, text: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  )
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  return paths.filter((_, i) => texts[i]?.includes(text))
}

/** Creates a cluster, loses a pod's address and a master, and checks an upgrade, as a release does in its life. */
async function live(release: Loopback): Promise<void> {
  await createWithKeys(release, all(release))
  const keys = await countKeys(release, all(release))
  await release.kill(0)
  await release.place(0, 100)
  await release.start(0)
  await release.keep(0)
  await untilWhole(release)
  const preflight = await release.script('preflight.sh')
  assert.is(preflight.code, 0, preflight.stdout + preflight.stderr)
  assert.is(await countKeys(release, all(release)), keys)
}

test.proves({
  topic: 'Security',
  promise: 'A password may hold any byte but NUL and a newline within',
})
test(`of any bytes opens servers, keepers, Jobs and helm test: ${JSON.stringify(ODD)}`, async (_, scope) => {
  await live(await prepare(scope, { password: ODD }))
})

test.proves({
  topic: 'Security',
  promise:
    'The password is in no argument, log or file of the volume, and in the environment of the engine’s client alone',
})
test('of 500 characters is in no argument, no log, no file of the volume, and in the client’s environment alone', async (_, scope) => {
  const password = 'S3cret'.repeat(84).slice(0, 500)
  const release = await prepare(scope, { password })
  const watch = watchFor('S3cretS3cret')
  await live(release)
  assert.equal(await watch.end(), [])
  assert.ok(watch.clients() > 10, `the client was seen with it ${watch.clients()} times`)
  for (const ordinal of all(release)) {
    assert.equal(await holding(release.data(ordinal), password), [])
    assert.not.match(await release.log(ordinal), /S3cretS3cret/)
  }
})

for (const [fault, password, why] of [
  ['with a second line', 'first\nsecond', /it has more than one line/],
  ['with an empty second line', 'first\n', /it has more than one line/],
  ['with a NUL byte', 'fir\0st', /it holds a NUL byte/],
  ['of nothing', '', /it is empty/],
] as const)
  test(`${fault} is refused by name, by a server that starts and by the preflight`, async (_, scope) => {
    const release = await prepare(scope, { password })
    release.start(0).catch(() => undefined)
    await untilLogged(release, 0, why)
    const job = await release.script('preflight.sh')
    assert.is(job.code, 3, job.stdout + job.stderr)
    assert.match(job.stdout, why)
  })

test.run()
