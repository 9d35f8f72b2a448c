// depends on: answers
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { disguises } from '../shared/directives.ts'
import { prepare } from '../shared/loopback/loopback.ts'

const test = suite('how a server reads its configuration', { timeout: 30_000 })

/** As many harmless directives, known to every version and without a number of 77 by default, as there are disguises. */
const directives = [
  'slowlog-max-len',
  'slowlog-log-slower-than',
  'latency-monitor-threshold',
  'hll-sparse-max-bytes',
  'stream-node-max-entries',
  'list-compress-depth',
  'lfu-log-factor',
  'lfu-decay-time',
  'tracking-table-max-keys',
  'set-max-intset-entries',
  'acllog-max-len',
]

test('it takes a directive in each of the disguises that the chart refuses', async (_, scope) => {
  const written = Object.values(disguises).map((disguise, i) => [directives[i] ?? '', disguise] as const)
  const conf = written.map(([name, disguise]) => `${disguise(name)} 77\n`).join('')
  const release = await prepare(scope, { conf })
  await release.start(0)
  for (const [name] of written) assert.is(await release.ask(0, 'CONFIG', 'GET', name), `${name}\n77`)
})

test.run()
