import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Programs, programsOf } from '../shared/loopback/programs.ts'

/** A nodes.conf that was damaged in one place, and how. */
export interface Damaged {
  how: string
  text: string
}

/** Many single damages of a nodes.conf, spread over the node's own line, a replica's, a master's and the last one. */
export function damagesOf(text: string): Damaged[] {
  const lines = text.trimEnd().split('\n')
  const some = [/ myself,/, / slave /, / master /, /^vars /].map((kind) =>
    lines.findIndex((line) => kind.test(line)),
  )
  return [...new Set(some)].flatMap((at) => {
    const line = lines[at] ?? ''
    const withLine = (how: string, ...now: string[]): Damaged => ({
      how: `${how} of: ${line}`,
      text: `${[...lines.slice(0, at), ...now, ...lines.slice(at + 1)].join('\n')}\n`,
    })
    const fields = line.split(' ')
    return [
      withLine('all of it twice, instead', line, line),
      withLine('nothing'),
      ...fields.map((field, i) => withLine(`all but ${field}`, fields.toSpliced(i, 1).join(' '))),
      // Every third place, once less and once something else, is often enough to hit each part of each field.
      ...[...line].flatMap((letter, i) => {
        const [before, after] = [line.slice(0, i), line.slice(i + 1)]
        if (i % 6 === 0) return [withLine(`all but character ${i}, ${letter},`, before + after)]
        const other = String.fromCharCode(letter.charCodeAt(0) ^ 1)
        return i % 6 === 3
          ? [withLine(`${other} for ${letter}, character ${i},`, before + other + after)]
          : []
      }),
    ]
  })
}

/** Whether a server starts from this nodes.conf, which is seen by starting one. */
export async function startsFrom(text: string, address: string): Promise<boolean> {
  const programs: Programs = await programsOf()
  const folder = await mkdtemp(join(tmpdir(), 'starts-'))
  await writeFile(join(folder, 'nodes.conf'), text)
  const [program, ...args] = programs.run(programs.server)
  const settings = ['--bind', address, '--dir', folder, '--cluster-enabled', 'yes', '--save', '']
  const server = spawn(program, [...args, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise((resolve) => server.once('close', resolve))
  let said = ''
  const ready = new Promise<boolean>((resolve) => {
    server.stdout.on('data', (more) => {
      said += more
      if (said.includes('Ready to accept connections')) resolve(true)
    })
    server.once('close', () => resolve(false))
  })
  const starts = await ready
  server.kill('SIGKILL')
  await ended
  await rm(folder, { recursive: true })
  if (
    !starts &&
    !/corrupted cluster config file|Guru Meditation|ASSERTION FAILED|crashed by signal/.test(said)
  )
    throw new Error(`the server did not start for another reason: ${said}`)
  return starts
}
