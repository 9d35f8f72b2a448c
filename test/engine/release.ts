import { type ChildProcess, spawn } from 'node:child_process'
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Result, run } from '../harness/command.ts'
import { eventually } from '../harness/deadline.ts'
import type { Scope } from '../harness/scope.ts'
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
}

/** A release without Kubernetes: real servers started by the chart's own scripts, each at an address of its own. */
export interface Release {
  size: number
  folder: string
  address(ordinal: number): string
  start(...ordinals: number[]): Promise<void>
  /** Kills a server as a lost machine would. */
  kill(ordinal: number): Promise<void>
  /** What the server answers, as its client prints it. */
  ask(ordinal: number, ...command: string[]): Promise<string>
  /** Runs a pod script to its end. */
  script(name: string, args?: string[], env?: NodeJS.ProcessEnv): Promise<Result>
  /** Starts a pod script and lets it run; `output` is what it has said so far. */
  background(name: string, env?: NodeJS.ProcessEnv): Promise<Running>
  /** A PATH with a server that says it is of another version. */
  otherVersion(version: string): Promise<string>
}

export interface Running {
  process: ChildProcess
  output(): string
  ended: Promise<number>
}

let releases = 0

/** Prepares a release in a folder of its own; its servers end with the scope. Nothing runs until `start`. */
export async function prepare(scope: Scope, wish: Wish = {}): Promise<Release> {
  const { shards = 3, replicas = 1, nodes = ['n1', 'n2', 'n3'], layout = 'debian' } = wish
  const { password = 'it is "secret" \\ here' } = wish
  const size = shards * (1 + replicas)
  const folder = await mkdtemp(join(tmpdir(), 'release-'))
  // Files run beside each other: the process gives each its own addresses, and a count each release of a file.
  const net = `127.${20 + (process.pid % 200)}.${releases++}`
  const [server, cli] = await enginePrograms()
  const bin = await makeToolbox(folder, layout, join(folder, 'hosts'))
  const pod = join(folder, 'pod')
  await mkdir(pod)
  for (const name of await readdir(POD)) await copyFile(join(POD, name), join(pod, name))
  await writeFile(join(pod, 'take-over.sh'), TAKE_OVER)
  await writeFile(join(folder, 'password'), `${password}\n`)

  const address = (ordinal: number) => `${net}.${ordinal + 1}`
  const base = {
    PATH: bin,
    NAME: 'r',
    SERVICE: 'r-headless',
    RELEASE: 'test/r',
    AUTH_FILE: join(folder, 'password'),
    SHARDS: `${shards}`,
    REPLICAS: `${replicas}`,
    IMAGE: 'image:1',
    DEADLINE_SECONDS: '20',
  }
  const podEnv = (ordinal: number) => ({
    ...base,
    ...wish.podEnv,
    POD_IP: address(ordinal),
    NODE_NAME: nodes[ordinal % nodes.length],
    ZONE: '',
    REVISION: 'r1',
    CONFIG: join(folder, 'config', `${ordinal}`),
    DATA: join(folder, 'data', `${ordinal}`),
    RUN: join(folder, 'run', `${ordinal}`),
  })
  const servers = new Map<number, ChildProcess>()
  const ask = async (ordinal: number, ...command: string[]) => {
    const env = { ...process.env, REDISCLI_AUTH: password, VALKEYCLI_AUTH: password }
    const answer = await run(cli, ['-h', address(ordinal), ...command], { env, deadline: 5000 })
    return `${answer.stdout}${answer.stderr}`.trim()
  }

  const kill = async (ordinal: number) => {
    const child = servers.get(ordinal)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    servers.delete(ordinal)
  }

  const background = async (name: string, env: NodeJS.ProcessEnv = {}): Promise<Running> => {
    const work = await mkdtemp(join(folder, 'work-'))
    const child = spawn(join(bin, 'sh'), [join(pod, name)], {
      env: { ...base, WORK: work, ...env },
      stdio: 'pipe',
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text))
    const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
    scope.defer(() => child.kill('SIGKILL'))
    return { process: child, output: () => said, ended }
  }

  scope.defer(async () => {
    await Promise.all([...servers.keys()].map(kill))
    await rm(folder, { recursive: true, force: true })
  })
  scope.onFailure(async () => {
    const texts: Record<string, string> = {}
    for (const ordinal of servers.keys()) {
      texts[`pod-${ordinal}-nodes.txt`] = await ask(ordinal, 'CLUSTER', 'NODES').catch(String)
      texts[`pod-${ordinal}.log`] = await readFile(join(folder, `pod-${ordinal}.log`), 'utf8').catch(String)
    }
    return texts
  })

  return {
    size,
    folder,
    address,
    kill,
    ask,
    background,

    async start(...ordinals) {
      for (const ordinal of ordinals) {
        const env = podEnv(ordinal)
        for (const place of [env.CONFIG, env.DATA, env.RUN]) await mkdir(place, { recursive: true })
        await writeFile(join(env.CONFIG, 'server.conf'), serverConf(address(ordinal)))
        await writeFile(join(env.CONFIG, 'directives'), DIRECTIVES)
        await appendFile(join(folder, 'hosts'), `${address(ordinal)} r-${ordinal}.r-headless\n`)
        const log = join(folder, `pod-${ordinal}.log`)
        const child = spawn(join(bin, 'sh'), ['-c', `exec sh '${pod}/start.sh' >>'${log}' 2>&1`], {
          env,
          stdio: 'ignore',
        })
        servers.set(ordinal, child)
      }
      for (const ordinal of ordinals)
        await eventually(
          `${server} of pod ${ordinal} to answer`,
          { deadline: 5000, every: 20 },
          async (see) => {
            const answer = await ask(ordinal, 'PING')
            see(answer)
            return answer === 'PONG' || undefined
          },
        )
    },

    async otherVersion(version) {
      const other = join(folder, 'other-version')
      await mkdir(other)
      await writeFile(join(other, server), `#!/bin/sh\necho "server v=${version} sha=0"\n`, { mode: 0o755 })
      return `${other}:${bin}`
    },

    async script(name, args = [], env = {}) {
      const work = await mkdtemp(join(folder, 'work-'))
      const ordinal = Number(env.ORDINAL ?? 0)
      return run(join(bin, 'sh'), [join(pod, name), ...args], {
        env: { ...podEnv(ordinal), WORK: work, ...env },
        deadline: 40_000,
      })
    },
  }
}

/** All ordinals of a release. */
export const all = (release: Release) => Array.from({ length: release.size }, (_, ordinal) => ordinal)

/** What a preflight does first: it takes the lock from a run that nobody waits for any more, and keeps it. */
const TAKE_OVER = `set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lock.sh"
deadline_in 10
take_lock_over || exit 1
log lock "taken over"
# Short sleeps, because a child of a killed shell keeps its connection open until it ends.
for second in 1 2 3 4 5 6 7 8 9 10; do sleep 0.3; done
holds_lock && log lock "still held"
while :; do sleep 0.3; done
`

const serverConf = (address: string) => `port 6379
bind ${address}
protected-mode no
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 5000
cluster-require-full-coverage no
repl-diskless-sync yes
repl-diskless-sync-delay 0
appendonly yes
save ""
`

const DIRECTIVES = `6.2 cluster-allow-replica-migration no
7.0 cluster-port 16379
99.0 a-directive-of-the-future yes
`
