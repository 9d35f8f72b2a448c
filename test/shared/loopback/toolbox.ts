import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../runner/command.ts'
import { find, type Programs } from './programs.ts'

/** The programs that an image of the engine offers to a script: Debian's have dash and mawk, Alpine's busybox alone. */
export type Layout = 'debian' | 'alpine'

/** The layouts there are. */
export const layouts: Layout[] = ['debian', 'alpine']

/**
 * Makes the folder `bin`, which stands for an image's PATH, and nothing else: what the scripts may call, the engine, a
 * `getent` that reads names from the file `hosts`, and the entrypoint.
 */
export async function makeToolbox(
  bin: string,
  layout: Layout,
  hosts: string,
  engine: Programs,
): Promise<void> {
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
  for (const name of [engine.server, engine.cli, engine.check]) {
    const [program, ...args] = engine.run(name)
    if (args.length === 0) await symlink(program, join(bin, name))
    else await script(join(bin, name), `exec ${[program, ...args].join(' ')} "$@"`)
  }
  // In the shell alone: names are asked for often, and a program a question would cost more than the answer.
  await script(
    join(bin, 'getent'),
    `while read -r address name; do [ "$name" != "$2" ] || { echo "$address $name"; exit; }; done <'${hosts}'\nexit 2`,
  )
  await script(join(bin, 'docker-entrypoint.sh'), 'exec "$@"')
}

const DEBIAN =
  'basename cat cp cut date dirname env flock grep head id mkdir mkfifo mv paste printf rm sed seq sha1sum sha256sum sleep sort sync tail timeout tr uname uniq wc'.split(
    ' ',
  )

async function script(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${body}\n`)
  await chmod(file, 0o755)
}
