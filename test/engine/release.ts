import { type ChildProcess, spawn } from 'node:child_process'
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Result, run } from '../harness/command.ts'
import { eventually } from '../harness/deadline.ts'
import type { Scope } from '../harness/scope.ts'
import { DIRECTIVES, serverConf } from './conf.ts'
import { enginePrograms, type Layout, makeToolbox } from './toolbox.ts'

const POD = new URL('../../generator/pod/', import.meta.url).pathname

/** What a release on the loopback is made of. */
export interface Wish {
  shards?: number
  replicas?: number
  /** The Kubernetes node of each ordinal, in turn. */
  nodes?: string[]
  layout?: Layout
  password?: string
  /** Further environment of every pod. */
  podEnv?: NodeJS.ProcessEnv
  /** A network to share with other releases of the same file; none is shared unless it is named. */
  net?: string
  /** Further lines of the servers' configuration. */
  conf?: string
}

/** A release without Kubernetes: real servers started by the chart's own scripts, each at an address of its own. */
export interface Release {
  size: number
  folder: string
  /** What its pods tell each other to know that they belong together. */
  mark: string
  /** The folder that stands for the image's PATH. */
  bin: string
  address(ordinal: number): string
  data(ordinal: number): string
  start(...ordinals: number[]): Promise<void>
  /** Kills a pod, server and keeper, as a lost machine would. */
  kill(...ordinals: number[]): Promise<void>
  /** Gives a pod the address with this last number, for its next start; none takes its name away. */
  place(ordinal: number, at: number | undefined): Promise<void>
  /** Starts the keepers of pods. */
  keep(...ordinals: number[]): Promise<void>
  /** Gives a pod a password of its own, for its next start, as a Secret that changed meanwhile would; none the release's. */
  relock(ordinal: number, password?: string): Promise<void>
  /** What the server answers, as its client prints it. */
  ask(ordinal: number, ...command: string[]): Promise<string>
  /** Runs a pod script to its end, as the pod of ORDINAL in `env` would, else pod 0. */
  script(name: string, args?: string[], env?: NodeJS.ProcessEnv): Promise<Result>
  /** Starts a pod script and lets it run; `output` is what it has said so far. */
  background(name: string, env?: NodeJS.ProcessEnv): Promise<Running>
  /** What a pod's server, scripts included, has logged. */
  log(ordinal: number): Promise<string>
}

export interface Running {
  process: ChildProcess
  output(): string
  ended: Promise<number>
}

let releases = 0

/** Prepares a release in a folder of its own; its processes end with the scope. Nothing runs until `start`. */
export async function prepare(scope: Scope, wish: Wish = {}): Promise<Release> {
  const { shards = 3, replicas = 1, nodes = ['n1', 'n2', 'n3'], layout = 'debian', conf = '' } = wish
  const { password = 'it is "secret" \\ here' } = wish
  const size = shards * (1 + replicas)
  const folder = await mkdtemp(join(tmpdir(), 'release-'))
  // Files run beside each other: the process gives each its own addresses, and a count each release of a file.
  const net = `127.${20 + (process.pid % 200)}.${wish.net ? 250 : releases}`
  releases++
  const name = `r${releases}`
  const mark = `test/${name}`
  const [server, cli] = await enginePrograms()
  const hosts = join(folder, 'hosts')
  const bin = await makeToolbox(folder, layout, hosts)
  const pod = join(folder, 'pod')
  const topology = join(folder, 'topology')
  for (const made of [pod, topology]) await mkdir(made)
  for (const file of await readdir(POD)) await copyFile(join(POD, file), join(pod, file))
  const volumes = { persistence: 'true', size: '1Gi', storageClass: '', accessModes: 'ReadWriteOnce' }
  const desired = { shards, replicas, image: 'image:1', appendonly: true, ...volumes }
  for (const [key, value] of Object.entries(desired)) await writeFile(join(topology, key), `${value}`)

  const places = new Map<number, number>()
  const address = (ordinal: number) => `${net}.${places.get(ordinal) ?? ordinal + 1}`
  const named = new Set<number>()
  const writeHosts = () => {
    const lines = [...named].map((ordinal) => `${address(ordinal)} ${name}-${ordinal}.r-headless\n`)
    // A name that there is in every Kubernetes cluster, whatever becomes of a release.
    return writeFile(hosts, ['127.0.0.1 kubernetes.default.svc\n', ...lines].join(''))
  }
  const passwords = new Map<number, string>()
  const passwordOf = (ordinal: number) => passwords.get(ordinal) ?? password
  const authFile = (ordinal: number) =>
    join(folder, passwords.has(ordinal) ? `password-${ordinal}` : 'password')
  const relock = async (ordinal: number, own?: string) => {
    if (own === undefined) passwords.delete(ordinal)
    else passwords.set(ordinal, own)
    await writeFile(authFile(ordinal), `${passwordOf(ordinal)}\n`)
  }
  await relock(0)
  const logOf = (ordinal: number) => join(folder, `pod-${ordinal}.log`)
  const base = {
    PATH: bin,
    NAME: name,
    SERVICE: 'r-headless',
    RELEASE: mark,
    TOPOLOGY: topology,
    SHARDS: `${shards}`,
    REPLICAS: `${replicas}`,
    IMAGE: 'image:1',
    APPENDONLY: 'true',
    PERSISTENCE: volumes.persistence,
    VOLUME_SIZE: volumes.size,
    STORAGE_CLASS: volumes.storageClass,
    ACCESS_MODES: volumes.accessModes,
    ALLOW_SILENCE: 'false',
    DEADLINE_SECONDS: '20',
  }
  const podEnv = (ordinal: number) => ({
    ...base,
    AUTH_FILE: authFile(ordinal),
    POD_IP: address(ordinal),
    POD_NAME: `${name}-${ordinal}`,
    NODE_NAME: nodes[ordinal % nodes.length],
    ZONE: '',
    REVISION: 'r1',
    GRACE_SECONDS: '30',
    LOG: logOf(ordinal),
    CONFIG: join(folder, 'config', `${ordinal}`),
    DATA: join(folder, 'data', `${ordinal}`),
    RUN: join(folder, 'run', `${ordinal}`),
    ...wish.podEnv,
  })
  const work = () => mkdtemp(join(folder, 'work-'))
  const processes = new Map<number, ChildProcess[]>()
  const spawnIn = async (ordinal: number, script: string) => {
    const env = { ...podEnv(ordinal), WORK: await work() }
    const command = `exec sh '${pod}/${script}' >>'${logOf(ordinal)}' 2>&1`
    // In a process group of its own, which is killed whole, as a container is.
    const child = spawn(join(bin, 'sh'), ['-c', command], { env, stdio: 'ignore', detached: true })
    processes.set(ordinal, [...(processes.get(ordinal) ?? []), child])
  }
  const ask = async (ordinal: number, ...command: string[]) => {
    const env = { ...process.env, REDISCLI_AUTH: passwordOf(ordinal), VALKEYCLI_AUTH: passwordOf(ordinal) }
    const answer = await run(cli, ['-h', address(ordinal), ...command], { env, deadline: 5000 })
    return `${answer.stdout}${answer.stderr}`.trim()
  }
  const up = async (ordinal: number) => {
    const what = `${server} of pod ${ordinal} to answer`
    const state = await eventually(what, { deadline: 30_000, every: 100 }, async (see) => {
      const answer = await ask(ordinal, 'PING')
      see(answer)
      if (answer === 'PONG') return 'up'
      return hasEnded(processes.get(ordinal)?.at(-1)) ? 'ended' : undefined
    })
    if (state === 'ended') throw new Error(`pod ${ordinal} did not start: see its log`)
  }
  const kill = async (...ordinals: number[]) => {
    const children = ordinals.flatMap((ordinal) => processes.get(ordinal) ?? [])
    await Promise.all(children.map(killed))
    for (const ordinal of ordinals) processes.delete(ordinal)
  }

  scope.defer(async () => {
    await kill(...processes.keys())
    await rm(folder, { recursive: true, force: true })
  })
  scope.onFailure(async () => {
    const texts: Record<string, string> = {}
    for (const ordinal of places.keys()) {
      texts[`${name}/pod-${ordinal}-nodes.txt`] = await ask(ordinal, 'CLUSTER', 'NODES').catch(String)
      texts[`${name}/pod-${ordinal}.log`] = await readFile(logOf(ordinal), 'utf8').catch(String)
    }
    return texts
  })

  return {
    size,
    folder,
    mark,
    bin,
    address,
    kill,
    relock,
    ask,
    data: (ordinal) => podEnv(ordinal).DATA,
    log: (ordinal) => readFile(logOf(ordinal), 'utf8'),

    async place(ordinal, at) {
      if (at === undefined) named.delete(ordinal)
      else places.set(ordinal, at)
      await writeHosts()
    },

    async start(...ordinals) {
      for (const ordinal of ordinals) {
        if (!places.has(ordinal)) places.set(ordinal, ordinal + 1)
        named.add(ordinal)
        const { CONFIG, DATA, RUN } = podEnv(ordinal)
        for (const made of [CONFIG, DATA, RUN]) await mkdir(made, { recursive: true })
        await writeFile(join(CONFIG, 'server.conf'), serverConf(address(ordinal)) + conf)
        await writeFile(join(CONFIG, 'directives'), DIRECTIVES)
        await appendFile(logOf(ordinal), `--- started at ${address(ordinal)}\n`)
      }
      await writeHosts()
      for (const ordinal of ordinals) await spawnIn(ordinal, 'start.sh')
      await Promise.all(ordinals.map((ordinal) => up(ordinal)))
    },

    async keep(...ordinals) {
      for (const ordinal of ordinals) await spawnIn(ordinal, 'keeper.sh')
    },

    async script(script, args = [], env = {}) {
      return run(join(bin, 'sh'), [join(pod, script), ...args], {
        env: { ...podEnv(Number(env.ORDINAL ?? 0)), WORK: await work(), ...env },
        deadline: 40_000,
      })
    },

    async background(script, env = {}) {
      const { ORDINAL = '0', ...more } = env
      const child = spawn(join(bin, 'sh'), [join(pod, script)], {
        env: { ...podEnv(Number(ORDINAL)), WORK: await work(), ...more },
        stdio: 'pipe',
      })
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text
        })
      const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
      scope.defer(() => child.kill('SIGKILL'))
      return { process: child, output: () => said, ended }
    },
  }
}

/** All ordinals of a release. */
export const all = (release: Release) => Array.from({ length: release.size }, (_, ordinal) => ordinal)

const hasEnded = (child?: ChildProcess) => !child || child.exitCode !== null || child.signalCode !== null

async function killed(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await gone
}
