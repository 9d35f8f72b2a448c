import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import * as assert from 'uvu/assert'
import { retryingStore } from '../../cluster/load/retrying.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('a client that soon tries anew', { timeout: 20_000 })

/** A server that answers each write by the next of these, the last one for ever; an empty answer is none. */
async function serverOf(scope: Scope, answers: string[]): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      for (const command of data.toString().split(/^\*/m).slice(1)) {
        const answer = !/rpush/i.test(command) ? '+OK' : answers.length > 1 ? answers.shift() : answers[0]
        if (answer) socket.write(`${answer}\r\n`)
      }
    })
    scope.defer(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.defer(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const refusal = (work: Promise<unknown>) => work.then(() => '', String)

test('it follows a redirection, and asks the owner at once the next time', async (_, scope) => {
  const owner = await serverOf(scope, [':1'])
  const service = await serverOf(scope, [`-MOVED 7 ${owner}`, '-ERR asked again'])
  const store = retryingStore(service)
  assert.is(await store.append('list', 'a'), true)
  assert.is(await store.append('list', 'b'), true)
  assert.match(await refusal(store.append('other', 'c')), /asked again/)
})

test('an owner that keeps silent is given up within a second, and forgotten with all its lists', async (_, scope) => {
  const silent = await serverOf(scope, [':1', ':1', ''])
  const service = await serverOf(scope, [`-MOVED 7 ${silent}`, `-MOVED 8 ${silent}`, ':1'])
  const store = retryingStore(service)
  await store.append('one', 'a')
  await store.append('two', 'b')
  const began = performance.now()
  assert.match(await refusal(store.append('one', 'c')), /timed out/)
  assert.ok(performance.now() - began < 1000)
  for (const list of ['one', 'two']) assert.is(await store.append(list, 'd'), true)
})

test('a server that does not serve is told from one that moved the list', async (_, scope) => {
  const store = retryingStore(await serverOf(scope, ['-CLUSTERDOWN The cluster is down', ':1']))
  assert.match(await refusal(store.append('list', 'a')), /CLUSTERDOWN/)
  assert.is(await store.append('list', 'b'), true)
})

test.run()
