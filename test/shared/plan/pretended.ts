import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { type Layout, makeToolbox } from '../loopback/toolbox.ts'
import { copyPodScripts } from '../pod-scripts.ts'
import { processorTime } from '../processor-time.ts'
import { folder } from '../project.ts'

/** A whole cluster without servers: a client that answers for each, as a thousand real ones do not fit on a machine. */
export interface Pretended {
  /** Runs lines of a shell that has observe.sh and plan.sh, and says what they took, of the clock and of the processor. */
  run(lines: string): Promise<{ stdout: string; seconds: number; processor: number }>
}

/** Pretends a cluster of masters and as many replicas, for scripts that run in this image's layout. */
export async function pretend(scope: Scope, nodes: number, layout: Layout): Promise<Pretended> {
  const at = await folder(scope)
  const [bin, scripts, work] = [join(at, 'bin'), join(at, 'pod'), join(at, 'work')]
  for (const made of [scripts, work, join(at, 'names')]) await mkdir(made)
  await copyPodScripts(scripts)
  const ordinals = Array.from({ length: nodes }, (_, ordinal) => ordinal)
  for (const ordinal of ordinals)
    await writeFile(join(at, 'names', `p-${ordinal}.s.test.svc`), `${address(ordinal)}\n`)
  await writeFile(join(at, 'answer'), answer(ordinals.map((ordinal) => line(ordinal, nodes))))
  await writeFile(join(at, 'client'), client(at), { mode: 0o755 })
  await makeToolbox(bin, layout, join(at, 'hosts'), {
    server: 'redis-server',
    cli: 'redis-cli',
    check: 'redis-check-aof',
    run: () => [join(at, 'client')],
  })
  await writeFile(join(bin, 'getent'), getent(at), { mode: 0o755 })
  const env = {
    PATH: bin,
    HERE: scripts,
    WORK: work,
    NAME: 'p',
    SERVICE: 's',
    RELEASE: 'test/p',
    SHARDS: `${nodes / 2}`,
    REPLICAS: '1',
    RESOLV_CONF: '/nowhere',
  }
  const sourced = ['lib', 'at-once', 'observe', 'plan'].map((part) => `. "$HERE/${part}.sh"\n`).join('')
  return {
    async run(lines) {
      const script = `set -u\n${sourced}${lines}\ntimes >&2`
      const said = await run(join(bin, 'sh'), ['-c', script], { env, deadline: 300_000 })
      if (said.code !== 0) throw new Error(`ended with ${said.code}: ${said.stderr}`)
      return { stdout: said.stdout, seconds: said.seconds, processor: processorTime(said.stderr) }
    },
  }
}

const address = (ordinal: number) => `10.1.${ordinal >> 8}.${ordinal % 256}`
const id = (ordinal: number) => `a${ordinal.toString(16).padStart(39, '0')}`

/** What any node says of this one. */
function line(ordinal: number, nodes: number): string {
  const shards = nodes / 2
  const shard = ordinal % shards
  const [from, to] = [shard, shard + 1].map((one) => Math.floor((one * 16384) / shards))
  const [role, slots] =
    ordinal < shards ? ['master -', ` ${from}-${(to ?? 0) - 1}`] : [`slave ${id(shard)}`, '']
  const time = 1764196800000 + ordinal
  return `${id(ordinal)} ${address(ordinal)}:6379@16379 ${role} 0 ${time} ${shard + 1} connected${slots}`
}

/** What all of them answer; ID and NODE stand for what each says of itself. */
const answer = (lines: string[]) =>
  [
    'ID',
    "ERR unknown subcommand 'GETSLOTMIGRATIONS'. Try CLUSTER HELP.",
    'cluster_state:ok',
    ...lines,
    'syslog-ident',
    'node=NODE,zone=,release=test/p,revision=r1',
    'redis_version:7.0.15',
    'master_link_status:up',
    'used_memory:3000000',
    'used_memory_dataset:1000000',
    'maxmemory:0',
    'maxmemory_policy:noeviction',
    '7\n',
  ].join('\n')

// One program an answer: it takes about as much of the processor as the engine's client.
const client = (at: string) => `#!/bin/sh
rest=\${2#10.1.}
ordinal=$((\${rest%.*} * 256 + \${rest#*.}))
id=$(printf 'a%039x' "$ordinal")
exec sed "s/^ID$/$id/; /^$id .*@/s/@16379 /&myself,/; s/^node=NODE/node=n$((ordinal % 19))/" ${at}/answer
`

// A name's own file, since a list of a thousand would take longer than the answer.
const getent = (at: string) => `#!/bin/sh
read -r address <"${at}/names/$2" && echo "$address"
`
