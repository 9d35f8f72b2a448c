// needs: gpg helm4
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { must, run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { helms } from './rendered.ts'

const test = suite('scripts/sign', {
  timeout: 60_000,
  setup: async (scope) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sign-'))
    scope.defer(() => rm(folder, { recursive: true, force: true }))
    const env = { ...process.env, GNUPGHOME: folder }
    scope.defer(() => run('gpgconf', ['--kill', 'gpg-agent'], { env }))
    const user = [
      '--batch',
      '--quiet',
      '--passphrase',
      '',
      '--quick-generate-key',
      'Charts <charts@example.org>',
    ]
    await must('gpg', [...user, 'rsa2048'], { env })
    await must('gpg', ['--batch', '--export', '--output', path.join(folder, 'ring.gpg')], { env })
    await must(process.execPath, ['generator/bin.js', 'package', '--out', path.join(folder, 'dist')])
    await must('scripts/sign', [path.join(folder, 'dist')], { env })
    return { folder, env, dist: path.join(folder, 'dist') }
  },
})

for (const helm of helms) {
  test.proves({
    topic: 'Sources and packages',
    promise: 'A package is verified by its signature, and refused when a byte has changed',
  })
  test(`${helm} verifies what was signed, and refuses it when a byte has changed`, async ({
    folder,
    dist,
  }) => {
    const files = (await must('ls', [dist])).split('\n').filter((file) => file.endsWith('.tgz'))
    assert.is(files.length, 2)
    const verify = (file: string) => run(helm, ['verify', '--keyring', path.join(folder, 'ring.gpg'), file])
    for (const file of files) {
      const { code, stdout, stderr } = await verify(path.join(dist, file))
      assert.is(code, 0, stderr)
      assert.match(stdout, 'Charts <charts@example.org>')
    }
    const changed = path.join(folder, files[0] ?? '')
    await writeFile(
      changed,
      Buffer.concat([await readFile(path.join(dist, files[0] ?? '')), Buffer.from('x')]),
    )
    await writeFile(`${changed}.prov`, await readFile(path.join(dist, `${files[0]}.prov`)))
    const refused = await verify(changed)
    assert.is.not(refused.code, 0)
    assert.match(refused.stderr, /sha256 sum does not match/)
  })
}

test('what is signed already keeps its signature', async ({ dist, env }) => {
  const { code, stdout } = await run('scripts/sign', [dist], { env })
  assert.is(code, 0)
  assert.is(stdout, '')
})

test('the key that a chart tells Artifact Hub signs it, or none', async ({ folder, env }) => {
  const second = [
    '--batch',
    '--quiet',
    '--passphrase',
    '',
    '--quick-generate-key',
    'Second <second@example.org>',
    'rsa2048',
  ]
  await must('gpg', second, { env })
  const listed = await must('gpg', ['--list-keys', '--with-colons', 'second@example.org'], { env })
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? ''
  const signedBy = async (key: string) => {
    const dist = path.join(folder, `by-${key}`)
    await mkdir(path.join(dist, 'one'), { recursive: true })
    const told = `  artifacthub.io/signKey: |\n    fingerprint: ${key}\n    url: https://example.org/pubring.gpg\n`
    await writeFile(path.join(dist, 'one/Chart.yaml'), `name: one\nannotations:\n${told}  other: "x"\n`)
    await must('tar', ['-C', dist, '-czf', path.join(dist, 'one-1.0.0.tgz'), 'one'])
    const { code } = await run('scripts/sign', [dist], { env })
    if (code !== 0) return readdir(dist)
    return must('gpg', ['--status-fd', '1', '--verify', path.join(dist, 'one-1.0.0.tgz.prov')], { env })
  }
  assert.match(`${await signedBy(fingerprint)}`, `VALIDSIG ${fingerprint}`)
  assert.equal(await signedBy('F'.repeat(40)), ['one', 'one-1.0.0.tgz'])
})

test('a signature of other bytes is told, and so is what is no package', async ({ folder, env }) => {
  const dist = path.join(folder, 'other')
  await mkdir(dist)
  await writeFile(path.join(dist, 'cut-1.0.0.tgz'), Buffer.from([0x1f, 0x8b, 0x08]))
  const cut = await run('scripts/sign', [dist], { env })
  assert.is(cut.code, 1)
  assert.match(cut.stderr, 'cut-1.0.0.tgz is no package')
  assert.equal(await readdir(dist), ['cut-1.0.0.tgz'])

  await writeFile(path.join(dist, 'cut-1.0.0.tgz.prov'), 'files:\n  cut-1.0.0.tgz: sha256:0\n')
  const stale = await run('scripts/sign', [dist], { env })
  assert.is(stale.code, 1)
  assert.match(stale.stderr, 'signs another package than cut-1.0.0.tgz')
})

test.run()
