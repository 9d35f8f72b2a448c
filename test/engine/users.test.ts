// depends on: answers
import { Redis } from 'ioredis'
import * as assert from 'uvu/assert'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { untilLogged } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'
import { layouts } from '../shared/loopback/toolbox.ts'
import { as, give } from '../shared/loopback/users.ts'

const test = suite('users beside the default one', { timeout: 60_000 })

const forbidden = (answer: string) =>
  /^NOPERM|^ERR .*(?:can't run this command|has no permissions|executing the script|DEBUG command not allowed)/.test(
    answer,
  )

const shutOut = /^WRONGPASS/

/** What the server knows of each user. Servers of 7.0 tell the commands in an order that no other start has. */
async function rulesIn(release: Loopback): Promise<string[]> {
  const list = await release.ask(0, 'ACL', 'LIST')
  return list.split('\n').map((line) => line.split(' ').sort().join(' '))
}

/** A client that stays logged in, and whether the server has cut it off since. */
async function connected(scope: Scope, release: Loopback, username: string): Promise<{ cut(): boolean }> {
  const host = release.address(0)
  const client = new Redis({
    host,
    username,
    password: username,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  })
  scope.defer(() => client.disconnect())
  client.on('error', () => {})
  await client.ping()
  let cut = false
  client.on('close', () => {
    cut = true
  })
  return { cut: () => cut }
}

/** Who may do what: an access, a command, and whether it is let through. */
const rights: [access: string, command: string[], may: boolean][] = [
  ['application', ['SET', 'shop:1', 'x'], true],
  ['application', ['SET', 'other', 'x'], false],
  ['application', ['PUBLISH', 'shop', 'x'], true],
  ['application', ['EVAL', 'return 1', '0'], true],
  ['application', ['CLUSTER', 'SLOTS'], true],
  ['application', ['CLUSTER', 'NODES'], true],
  ['application', ['CLIENT', 'SETNAME', 'x'], true],
  ['application', ['INFO'], true],
  ['application', ['READONLY'], true],
  ['read', ['GET', 'shop:1'], true],
  ['read', ['SET', 'shop:1', 'x'], false],
  ['read', ['CLUSTER', 'SLOTS'], true],
  ['all', ['CONFIG', 'GET', 'maxmemory'], true],
  ['custom', ['GET', 'shop:1'], true],
  ['custom', ['SET', 'shop:1', 'x'], false],
]
const DANGEROUS = [
  ['FLUSHALL'],
  ['KEYS', '*'],
  ['CONFIG', 'GET', 'masterauth'],
  ['DEBUG', 'SLEEP', '0'],
  ['RESTORE', 'shop:1', '0', 'x'],
  ['CLUSTER', 'RESET'],
  ['ACL', 'LIST'],
]

test.proves({
  topic: 'Security',
  promise: 'A user does what its access says, and nothing that endangers the cluster, in scripts neither',
})
for (const layout of layouts)
  test(`${layout}: is there when the server answers, and may do what its access says`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    await give(
      release,
      'application ~shop:* &* access=application',
      'read ~* &* access=read',
      'all ~* &* access=all',
      'custom ~* access=custom +get',
    )
    await release.start(0)
    for (const [access, command, may] of rights) {
      const answer = await as(release, access)(...command)
      assert.is(forbidden(answer), !may, `${access}: ${command.join(' ')}: ${answer}`)
    }
    for (const access of ['application', 'read'])
      for (const command of DANGEROUS) {
        const answer = await as(release, access)(...command)
        assert.ok(forbidden(answer), `${access}: ${command.join(' ')}: ${answer}`)
        const script = `return redis.call(${command.map((word) => `'${word}'`).join(',')})`
        const inScript = await as(release, access)('EVAL', script, '0')
        assert.ok(
          /not allowed from script|unknown/i.test(inScript) || forbidden(inScript),
          `${access}: ${script}: ${inScript}`,
        )
      }
    assert.match(await as(release, 'application', 'wrong')('PING'), shutOut)
  })

test.proves({
  topic: 'Security',
  promise: 'Users are added, changed and removed on running servers, and nobody else is cut off',
})
test('comes, changes and goes while the server runs, and no other connection is cut', async (_, scope) => {
  const release = await prepare(scope, { layout: 'alpine', replicas: 0 })
  await give(release, 'shop ~* &* access=application', 'old ~* &* access=all')
  await release.start(0)
  await release.keep(0)
  await release.ask(0, 'ACL', 'SETUSER', 'by-hand', 'on', '>by-hand', '+ping')
  const connections = await Promise.all(
    ['shop', 'old', 'by-hand'].map((user) => connected(scope, release, user)),
  )
  const [shop, old, byHand] = connections

  await give(release, 'shop ~shop:* &* access=read', 'new ~* &* access=application')
  await untilLogged(release, 0, /users {4}old is removed/)
  assert.ok(forbidden(await as(release, 'shop')('SET', 'shop:1', 'x')), 'shop is narrowed')
  assert.is(await as(release, 'new')('PING'), 'PONG')
  assert.match(await as(release, 'old')('PING'), shutOut)
  assert.equal([shop?.cut(), old?.cut(), byHand?.cut()], [false, true, false])

  // In two edits, so that clients can move in between.
  await release.setKey('shop', `it's "another" \\ €`)
  await release.setKey('shop.previous', 'shop')
  await untilLogged(release, 0, /(?:shop is set.*){2}/s)
  assert.is(await as(release, 'shop')('PING'), 'PONG')
  assert.is(await as(release, 'shop', `it's "another" \\ €`)('PING'), 'PONG')
  await release.setKey('shop.previous')
  await untilLogged(release, 0, /(?:shop is set.*){3}/s)
  assert.match(await as(release, 'shop')('PING'), shutOut)
  assert.is(await as(release, 'shop', `it's "another" \\ €`)('PING'), 'PONG')
  assert.equal([shop?.cut(), byHand?.cut()], [false, false])

  await release.ask(0, 'ACL', 'DELUSER', 'by-hand')
  const before = await rulesIn(release)
  await release.kill(0)
  await release.start(0)
  assert.equal(await rulesIn(release), before)
})

test('waits for its password, and says so; a rule that the server refuses changes nothing, and is told', async (_, scope) => {
  const release = await prepare(scope, { replicas: 0 })
  await give(release, 'shop ~* &* access=application')
  await release.start(0)
  await release.keep(0)
  await release.setUsers('shop shop ~* &* access=application +no-such-command', 'late late ~* &* access=read')
  await untilLogged(
    release,
    0,
    /users {4}shop stays as it was, because the server refuses its rules: .*(?:Unknown command|syntax)/i,
  )
  await untilLogged(release, 0, /users {4}late waits for its password: the Secret has no key late/)
  assert.is(await as(release, 'shop')('PING'), 'PONG')
  await release.setKey('late', 'two\nlines')
  await untilLogged(release, 0, /late waits for its password: it has more than one line/)
  await release.setKey('late', 'late\n')
  await untilLogged(release, 0, /late is set/)
  assert.is(await as(release, 'late')('PING'), 'PONG')
})

test.proves({
  topic: 'Mistakes are refused before anything changes',
  promise:
    'Rules of users that the new image’s engine does not take are refused by user, in the engine’s words',
})
for (const layout of layouts)
  test(`${layout}: with rules that the engine does not take is refused by the preflight, each by name`, async (_, scope) => {
    const release = await prepare(scope, { layout, replicas: 0 })
    await release.start(...all(release))
    const preflight = (...lines: string[]) =>
      release.script('preflight.sh', [], { USER_RULES: lines.join('\n') })
    const wrong = await preflight(
      'a a ~* &* access=read',
      'b b ~* access=custom +no-such-command',
      'c c access=all %X',
    )
    assert.is(wrong.code, 3, wrong.stdout)
    assert.match(wrong.stdout, /does not take the rules of b: .*no-such-command/)
    assert.match(wrong.stdout, /does not take the rules of c: .*%X/)
    assert.not.match(wrong.stdout, /the rules of a:/)
    const right = await preflight('a a ~* &* access=read')
    assert.is(right.code, 0, right.stdout)
  })

test.run()
