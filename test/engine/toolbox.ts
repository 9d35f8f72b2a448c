import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../harness/command.ts'

/** The programs that an image of the engine offers to a script: Debian's have dash and mawk, Alpine's busybox alone. */
export type Layout = 'debian' | 'alpine'

/**
 * Makes a folder that stands for an image's PATH, and nothing else: what the scripts may call, the engine, a `getent` that
 * reads names from the file `hosts` beside the folder, and the entrypoint. Returns the folder.
 */
export async function makeToolbox(at: string, layout: Layout, hosts: string): Promise<string> {
  const bin = join(at, `bin-${layout}`)
  await mkdir(bin, { recursive: true })
  const link = async (name: string, program: string) => symlink(await find(program), join(bin, name))
  if (layout === 'alpine') {
    const busybox = await find('busybox')
    const applets = (await run(busybox, ['--list'])).stdout.trim().split('\n')
    await Promise.all(applets.map((applet) => symlink(busybox, join(bin, applet))))
  } else {
    for (const name of DEBIAN) await link(name, name)
    await link('sh', 'dash')
    await link('awk', 'mawk')
  }
  for (const name of await enginePrograms()) await link(name, name)
  // In the shell alone: names are asked for often, and a program a question would cost more than the answer.
  await script(
    join(bin, 'getent'),
    `while read -r address name; do [ "$name" != "$2" ] || { echo "$address $name"; exit; }; done <'${hosts}'\nexit 2`,
  )
  await script(join(bin, 'docker-entrypoint.sh'), 'exec "$@"')
  return bin
}

/** The engine's programs on this machine, Valkey's where both are there. */
export async function enginePrograms(): Promise<[server: string, cli: string, check: string]> {
  for (const engine of ['valkey', 'redis'])
    if (await find(`${engine}-server`).catch(() => false))
      return [`${engine}-server`, `${engine}-cli`, `${engine}-check-aof`]
  throw new Error(
    'no valkey-server and no redis-server on PATH: install one, such as the package redis-server',
  )
}

const DEBIAN =
  'basename cat cp cut date dirname env flock grep head id mkdir mkfifo mv paste printf rm sed seq sha1sum sleep sort sync tail timeout tr uname uniq wc'.split(
    ' ',
  )

async function find(program: string): Promise<string> {
  const found = await run('sh', ['-c', `command -v ${program}`])
  if (found.code !== 0) throw new Error(`${program} is not on PATH`)
  return found.stdout.trim()
}

async function script(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${body}\n`)
  await chmod(file, 0o755)
}
