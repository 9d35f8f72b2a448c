import { chmod, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { must } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('a volume that takes no data')

/** What a pod says of a folder as its volume, by a shell and as a user that is not root. */
async function told(scope: Scope, shell: string, volume: string, before = ''): Promise<string> {
  const scripts = await folder(scope)
  await copyPodScripts(scripts)
  await chmod(scripts, 0o755)
  const script = `. ${scripts}/space.sh
    DATA=${volume} POD_NAME=r-0
    ${before}
    if takes_data start; then echo takes; elif may_write; then echo full; else echo barred; fi
    space_advice`
  const [command = '', ...args] =
    `${process.getuid?.() === 0 ? `setpriv --reuid 65534 --regid 65534 --clear-groups ` : ''}${shell}`.split(
      ' ',
    )
  return must(command, [...args, '-c', script])
}

for (const shell of ['dash', 'busybox sh']) {
  test(`${shell}: one that takes data is no trouble`, async (_, scope) => {
    const volume = await folder(scope)
    await chmod(volume, 0o777)
    assert.match(await told(scope, shell, volume), /^takes\n/)
  })

  test(`${shell}: of a full one it says how to make room`, async (_, scope) => {
    const volume = await folder(scope)
    await symlink('/dev/full', join(volume, 'space.start'))
    await chmod(volume, 0o777)
    assert.match(await told(scope, shell, volume), /^full\n.*PersistentVolumeClaim data-r-0 grow/)
  })

  test.proves({
    topic: 'Loss and recovery',
    promise: 'A volume that the server may not write to is told by its owner, with the cure',
  })
  test(`${shell}: of another user's it says whose it is, who came, and how to hand it over`, async (_, scope) => {
    const volume = await folder(scope)
    await chmod(volume, 0o555)
    const said = await told(scope, shell, volume)
    const { uid, gid } = { uid: process.getuid?.(), gid: process.getgid?.() }
    const user = uid === 0 ? 65534 : uid
    assert.match(said, new RegExp(`^barred\n.*belongs to user ${uid} and group ${gid} with mode dr-xr-xr-x`))
    assert.match(said, new RegExp(`runs as user ${user} .*fsGroup.*chown -R ${user} ${volume}`))
    assert.not.match(said, /df/)
  })

  // A mount of that kind is root's to make: the level engine has one.
  test(`${shell}: of a read-only one it says that it is`, async (_, scope) => {
    const volume = await folder(scope)
    const head = 'head() { echo "head: Read-only file system" >&2; return 1; }'
    await chmod(volume, 0o777)
    assert.match(
      await told(scope, shell, volume, head),
      /^barred\n.*is mounted read-only.*delete the PersistentVolumeClaim data-r-0/,
    )
  })
}

/** How `sync` is called for a file, one call a line: as an image's own is that takes files, or that takes none. */
async function syncs(scope: Scope, takesFiles: boolean): Promise<string[]> {
  const work = await folder(scope)
  await copyPodScripts(work)
  const log = join(work, 'calls')
  await writeFile(join(work, 'sync'), `#!/bin/sh\necho "sync $*" >>${log}\n[ $# = 0 ] || ${takesFiles}\n`, {
    mode: 0o755,
  })
  await must('sh', ['-c', `PATH=${work}:$PATH; . ${work}/space.sh; on_disk /data/file`])
  return (await readFile(log, 'utf8')).trimEnd().split('\n')
}

test('a file is waited for alone, or all of the machine’s where the image knows no better', async (_, scope) => {
  assert.equal(await syncs(scope, true), ['sync /data/file'])
  assert.equal(await syncs(scope, false), ['sync /data/file', 'sync'])
})

test.run()
