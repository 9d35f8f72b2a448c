import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findVersion } from '../../kube/images.ts'
import { must, run } from '../../runner/command.ts'

/** An engine by its name and version, such as 8.1. */
export interface Engine {
  name: 'redis' | 'valkey'
  version: string
}

/** The programs of an engine: by which name a script knows each, and the words of a shell that run it. */
export interface Programs {
  server: string
  cli: string
  check: string
  run(program: string): [program: string, ...args: string[]]
}

/** The engine that TEST_ENGINE names, as in `valkey 9.1`; none if the tests run on this machine's own. */
function engineUnderTest(): Engine | undefined {
  const [name, version] = (process.env.TEST_ENGINE ?? '').split(' ')
  if (name !== 'redis' && name !== 'valkey') return undefined
  return { name, version: version ?? '' }
}

/** Finds the programs of an engine: those out of its image, or of this machine, Valkey's if both are there. */
export async function programsOf(engine = engineUnderTest()): Promise<Programs> {
  if (!engine) {
    const [server, cli, check] = await enginePrograms()
    const paths = new Map<string, string>()
    for (const name of [server, cli, check]) paths.set(name, await find(name))
    return { server, cli, check, run: (program) => [paths.get(program) ?? program] }
  }
  const root = await unpacked(engine)
  const [loader, libraries] = await loaderOf(root)
  const { name } = engine
  const local = (await readdir(join(root, 'usr/local/bin'))).includes(`${name}-server`)
  const folder = join(root, local ? 'usr/local/bin' : 'usr/bin')
  return {
    server: `${name}-server`,
    cli: `${name}-cli`,
    check: `${name}-check-aof`,
    run: (program) => [loader, '--library-path', libraries, join(folder, program)],
  }
}

/** Which engine these are, and its version, as in `redis 8.0.2`. */
export async function versionOf({ server, run: how }: Programs): Promise<string> {
  const [program, ...args] = how(server)
  const said = await must(program, [...args, '--version'])
  const version = / v=(\S+)/.exec(said)?.[1]
  if (!version) throw new Error(`${server} --version does not tell its version: ${said}`)
  return `${server.replace('-server', '')} ${version}`
}

/** The names of the engine's programs on this machine, Valkey's where both are there. */
export async function enginePrograms(): Promise<[server: string, cli: string, check: string]> {
  for (const engine of ['valkey', 'redis'])
    if (await find(`${engine}-server`).catch(() => false))
      return [`${engine}-server`, `${engine}-cli`, `${engine}-check-aof`]
  throw new Error(
    'no valkey-server and no redis-server on PATH: install one, such as the package redis-server',
  )
}

const paths = new Map<string, Promise<string>>()

/** The path of a program of this machine. */
export function find(program: string): Promise<string> {
  const path = paths.get(program) ?? lookFor(program)
  paths.set(program, path)
  return path
}

async function lookFor(program: string): Promise<string> {
  const found = await run('sh', ['-c', `command -v ${program}`])
  if (found.code !== 0) throw new Error(`${program} is not on PATH`)
  return found.stdout.trim()
}

const roots = new Map<string, Promise<string>>()

/** The folder with the programs and libraries of an engine's image, laid out as in it; made once for each image. */
async function unpacked({ name, version }: Engine): Promise<string> {
  const found = await findVersion(name, version)
  if (!found)
    throw new Error(`${process.env.TEST_IMAGES || 'test/images.yaml'} has no image of ${name} ${version}`)
  const image = `${found.repository}:${found.tag}`
  const root = roots.get(image) ?? unpack(image)
  roots.set(image, root)
  return root
}

async function unpack(image: string): Promise<string> {
  const deadline = 300_000
  const container = (await must('docker', ['create', image], { deadline })).trim()
  try {
    const id = (await must('docker', ['inspect', '--format', '{{.Image}}', container])).trim()
    const root = join(tmpdir(), 'engines', id.replace('sha256:', '').slice(0, 16))
    if (await readdir(root).catch(() => undefined)) return root
    await mkdir(join(root, '..'), { recursive: true })
    const fresh = await mkdtemp(`${root}-`)
    // Without devices, which not everyone may make, and what no program needs.
    const rest = ['dev', 'proc', 'sys', 'var', 'usr/share'].map((part) => `--exclude=${part}`).join(' ')
    await must('sh', ['-c', `docker export "$0" | tar -x -C "$1" ${rest}`, container, fresh], { deadline })
    // Another test file may have been quicker.
    await rename(fresh, root).catch(() => rm(fresh, { recursive: true }))
    return root
  } finally {
    await run('docker', ['rm', container])
  }
}

/** The dynamic loader of a root file system, and where it finds its libraries there: glibc's, or musl's. */
async function loaderOf(root: string): Promise<[loader: string, libraries: string]> {
  const found = await must('find', [root, '-name', 'ld-linux*.so*', '-o', '-name', 'ld-musl-*.so*'])
  const loader = found.split('\n').find((path) => /\/lib\/([^/]+-linux-[^/]+\/)?ld-/.test(path))
  if (!loader) throw new Error(`${root} has no dynamic loader`)
  const beside = dirname(loader)
  const folders = [
    beside,
    beside.replace(`${root}/lib`, `${root}/usr/lib`),
    `${root}/usr/lib`,
    `${root}/usr/local/lib`,
  ]
  return [loader, folders.join(':')]
}
