import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Result, run } from '../../runner/command.ts'
import { eventually } from '../../runner/deadline.ts'
import type { Scope } from '../../runner/scope.ts'
import { ranOn } from '../../runner/setting.ts'
import { copyPodScripts } from '../pod-scripts.ts'
import { askServer } from './ask.ts'
import { directives, serverConf } from './conf.ts'
import { namesOf, RESOLV_CONF } from './names.ts'
import { ownNetwork } from './network.ts'
import { passwordsIn } from './passwords.ts'
import { podEnv, writeTopology } from './pod-env.ts'
import { processesOf, type Running, runBeside } from './processes.ts'
import { type Engine, programsOf, versionOf } from './programs.ts'
import { type Layout, makeToolbox } from './toolbox.ts'

/** What a release on the loopback is made of. */
export interface Wish {
  shards?: number
  replicas?: number
  /** The Kubernetes node of each ordinal, in turn. */
  nodes?: string[]
  layout?: Layout
  /** The engine of its image; this machine's unless told. */
  engine?: Engine
  password?: string
  /** Further environment of every pod. */
  podEnv?: NodeJS.ProcessEnv
  /** A network to share with other releases of the same file; none is shared unless it is named. */
  net?: string
  /** Further lines of the servers' configuration. */
  conf?: string
  /** Whether pods have volumes that outlive them; they do unless told. */
  volumes?: boolean
}

/** A release without Kubernetes: real servers started by the chart's own scripts, each at an address of its own. */
export interface Loopback {
  size: number
  folder: string
  /** What its pods tell each other to know that they belong together. */
  mark: string
  /** The folder that stands for the image's PATH. */
  readonly bin: string
  /** Gives all that is started or run from now on the programs of another engine's image. */
  changeEngine(engine: Engine): Promise<void>
  address(ordinal: number): string
  data(ordinal: number): string
  /** The folder of a pod's configuration. */
  config(ordinal: number): string
  /** The folder in memory of a pod's containers. */
  run(ordinal: number): string
  start(...ordinals: number[]): Promise<void>
  /** Kills a pod, server and keeper, as a lost machine would. */
  kill(...ordinals: number[]): Promise<void>
  /** Gives a pod the address with this last number, for its next start; none takes its name away. */
  place(ordinal: number, at: number | undefined): Promise<void>
  /** Starts the keepers of pods. */
  keep(...ordinals: number[]): Promise<void>
  /** Gives a pod a password of its own, for its next start, as a Secret that changed meanwhile would; none the release's. */
  relock(ordinal: number, password?: string): Promise<void>
  /** Puts a user's password under a key of the release's Secret; none takes the key away. */
  setKey(key: string, password?: string): Promise<void>
  /** Gives the release these users beside the default one, each a line as the chart's ConfigMap has it. */
  setUsers(...lines: string[]): Promise<void>
  /** What the server answers, as its client prints it. */
  ask(ordinal: number, ...command: string[]): Promise<string>
  /** Runs a pod script to its end, as the pod of ORDINAL in `env` would, else pod 0. */
  script(name: string, args?: string[], env?: NodeJS.ProcessEnv): Promise<Result>
  /** Starts a pod script and lets it run; `output` is what it has said so far. */
  background(name: string, env?: NodeJS.ProcessEnv): Promise<Running>
  /** What a pod's server, scripts included, has logged. */
  log(ordinal: number): Promise<string>
}

let releases = 0

/** Prepares a release in a folder of its own; its processes end with the scope. Nothing runs until `start`. */
export async function prepare(scope: Scope, wish: Wish = {}): Promise<Loopback> {
  const {
    shards = 3,
    replicas = 1,
    nodes = ['n1', 'n2', 'n3'],
    layout = 'debian',
    conf = '',
    volumes = true,
  } = wish
  const { password = 'it is "secret" \\ here' } = wish
  const folder = await mkdtemp(join(tmpdir(), 'release-'))
  const net = `${await ownNetwork()}.${wish.net ? 250 : releases}`
  releases++
  const name = `r${releases}`
  const mark = `test/${name}`
  const hosts = join(folder, 'hosts')
  let programs = await programsOf(wish.engine)
  ranOn(await versionOf(programs), 'machine')
  let bin = join(folder, `bin-${layout}`)
  await makeToolbox(bin, layout, hosts, programs)
  const scripts = join(folder, 'pod')
  await mkdir(scripts)
  await copyPodScripts(scripts)
  await writeTopology(folder, { shards, replicas }, volumes)
  await writeFile(join(folder, 'resolv.conf'), RESOLV_CONF)

  const names = namesOf(name, net, hosts)
  const passwords = await passwordsIn(folder, password)
  const processes = processesOf(bin)
  const { address } = names
  const envOf = (ordinal: number) => {
    const pod = { ordinal, address: address(ordinal), authFile: passwords.file(ordinal) }
    return { ...podEnv({ folder, bin, name, mark, shards, replicas, nodes, volumes }, pod), ...wish.podEnv }
  }
  const work = () => mkdtemp(join(folder, 'work-'))
  const spawnIn = async (ordinal: number, script: string) =>
    processes.spawn(ordinal, join(scripts, script), { ...envOf(ordinal), WORK: await work() })
  const ask = (ordinal: number, ...command: string[]) =>
    askServer(address(ordinal), passwords.of(ordinal), command)
  const up = async (ordinal: number) => {
    const what = `${programs.server} of pod ${ordinal} to answer`
    const state = await eventually(what, { deadline: 30_000, every: 100 }, async (see) => {
      const answer = await ask(ordinal, 'PING')
      see(answer)
      if (answer === 'PONG') return 'up'
      return processes.hasEnded(ordinal) ? 'ended' : undefined
    })
    if (state === 'ended') throw new Error(`pod ${ordinal} did not start: see its log`)
  }
  const log = (ordinal: number) => readFile(envOf(ordinal).LOG, 'utf8')

  scope.defer(async () => {
    await processes.killAll()
    await rm(folder, { recursive: true, force: true })
  })
  scope.onFailure(async () => {
    const texts: Record<string, string> = {}
    for (const ordinal of names.known()) {
      texts[`${name}/pod-${ordinal}-nodes.txt`] = await ask(ordinal, 'CLUSTER', 'NODES').catch(String)
      texts[`${name}/pod-${ordinal}.log`] = await log(ordinal).catch(String)
    }
    return texts
  })

  return {
    size: shards * (1 + replicas),
    folder,
    mark,
    get bin() {
      return bin
    },
    address,
    ask,
    log,
    kill: processes.kill,
    relock: passwords.relock,
    setKey: passwords.setKey,
    setUsers: (...lines) => writeFile(join(folder, 'users'), `${lines.join('\n')}\n`),
    place: names.place,
    data: (ordinal) => envOf(ordinal).DATA,
    config: (ordinal) => envOf(ordinal).CONFIG,
    run: (ordinal) => envOf(ordinal).RUN,

    async changeEngine(engine) {
      programs = await programsOf(engine)
      ranOn(await versionOf(programs), 'machine')
      bin = join(folder, `bin-${engine.name}-${engine.version}`)
      await makeToolbox(bin, layout, hosts, programs)
    },

    async start(...ordinals) {
      await names.give(...ordinals)
      for (const ordinal of ordinals) {
        const { CONFIG, DATA, RUN, LOG } = envOf(ordinal)
        for (const made of [CONFIG, DATA, RUN]) await mkdir(made, { recursive: true })
        await writeFile(join(CONFIG, 'server.conf'), serverConf(address(ordinal), volumes) + conf)
        await writeFile(join(CONFIG, 'directives'), directives(programs.server))
        await appendFile(LOG, `--- started at ${address(ordinal)}\n`)
      }
      for (const ordinal of ordinals) await spawnIn(ordinal, 'start.sh')
      await Promise.all(ordinals.map((ordinal) => up(ordinal)))
    },

    async keep(...ordinals) {
      for (const ordinal of ordinals) await spawnIn(ordinal, 'keeper.sh')
    },

    async script(script, args = [], env = {}) {
      return run(join(bin, 'sh'), [join(scripts, script), ...args], {
        env: { ...envOf(Number(env.ORDINAL ?? 0)), WORK: await work(), ...env },
        deadline: 40_000,
      })
    },

    async background(script, { ORDINAL = '0', ...env } = {}) {
      const whole = { ...envOf(Number(ORDINAL)), WORK: await work(), ...env }
      const running = runBeside(bin, join(scripts, script), whole)
      scope.defer(running.killAll)
      return running
    },
  }
}

/** All ordinals of a release. */
export const all = (release: Loopback) => Array.from({ length: release.size }, (_, ordinal) => ordinal)
