// depends on: protocol
import { rm } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { suite } from '../runner/suite.ts'
import { countKeys, createWithKeys, nodesKnown, untilLogged, untilWhole } from '../shared/loopback/cluster.ts'
import { all, type Loopback, prepare } from '../shared/loopback/loopback.ts'

interface Context {
  one: Loopback
  two: Loopback
  keys: number
}

/** Where pods come up: the last number of an address, by ordinal. */
type Places = Record<number, number>

// The same password and the same network: nothing but its id and its mark tells whose a node is.
const test = suite<Context>('two releases whose pods take each other’s addresses', {
  timeout: 60_000,
  async setup(scope) {
    const one = await prepare(scope, { net: 'shared' })
    const two = await prepare(scope, { replicas: 0, net: 'shared' })
    for (const ordinal of all(two)) await two.place(ordinal, ordinal + 11)
    await createWithKeys(one, all(one))
    await createWithKeys(two, all(two))
    return { one, two, keys: await countKeys(one, all(one)) }
  },
})

const idsSeen = async (release: Loopback, ordinal: number) =>
  (await nodesKnown(release, ordinal)).map((line) => line.split(' ')[0] ?? '')

/** Stops the pods of both releases that are to move, and starts them where they shall be. */
async function move(...moves: [Loopback, Places][]): Promise<void> {
  for (const [release, places] of moves) await release.kill(...Object.keys(places).map(Number))
  for (const [release, places] of moves)
    for (const [ordinal, at] of Object.entries(places)) await release.place(Number(ordinal), at)
  for (const [release, places] of moves) {
    const ordinals = Object.keys(places).map(Number)
    await release.start(...ordinals)
    await release.keep(...ordinals)
  }
}

/** Whether each is whole with all its keys, and no node of either has heard of one of the other. */
async function assertApart({ one, two, keys }: Context): Promise<void> {
  await untilWhole(one)
  await untilWhole(two)
  for (const release of [one, two])
    for (const ordinal of all(release))
      assert.is((await idsSeen(release, ordinal)).length, release.size, `pod ${ordinal} of ${release.mark}`)
  for (const release of [one, two]) assert.is(await countKeys(release, all(release)), keys)
}

test.proves({
  topic: 'Loss and recovery',
  promise: 'Two releases whose pods take each other’s addresses stay two clusters',
  bound: 'all keys are there',
})
test('all at once: each is the cluster it was', async (context) => {
  await move([context.one, { 0: 11, 1: 12, 2: 13 }], [context.two, { 0: 1, 1: 2, 2: 3 }])
  await assertApart(context)
})

test.proves({
  topic: 'Loss and recovery',
  promise: 'Two releases whose pods take each other’s addresses stay two clusters',
  bound: 'all keys are there',
})
test('in a round, through both: each is the cluster it was', async (context) => {
  await move([context.one, { 0: 12, 1: 3, 2: 1 }], [context.two, { 0: 13, 1: 11, 2: 2 }])
  await assertApart(context)
})

test('one of them comes up where one of the other was, which is elsewhere now', async (context) => {
  await move([context.one, { 1: 20 }], [context.two, { 0: 3 }])
  await assertApart(context)
})

test('one is away, and its name still leads to where one of the other came up', async ({ one, two }) => {
  const away = 5
  await one.kill(away)
  await move([two, { 1: Number(one.address(away).split('.').at(-1)) }])
  await untilWhole(two)
  const own = new Set(await idsSeen(two, 0))
  // A pod that has lost its volume asks every name of its release, that one too.
  await one.kill(4)
  await rm(one.data(4), { recursive: true })
  await one.start(4)
  await one.keep(4)
  await untilLogged(one, 4, /becomes a replica of \S+: OK/, 30_000)
  for (const ordinal of all(one).filter((one) => one !== away))
    for (const id of await idsSeen(one, ordinal)) assert.not.ok(own.has(id), `pod ${ordinal} knows ${id}`)
  for (const ordinal of all(two)) assert.is((await idsSeen(two, ordinal)).length, two.size)
})

test.run()
