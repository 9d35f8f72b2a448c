import * as assert from 'uvu/assert'
import { template } from '../kube/helm.ts'
import type { Values } from '../kube/values.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { holding } from './lookup.ts'
import { flavours, podOf, render, renderText, the } from './rendered.ts'

const test = suite('the Secret with the password', { timeout: 30_000 })

const auth = { existingSecret: 'ours', existingSecretKey: 'cluster' }

/** What Helm says to values that name a Secret with this data, or nothing if it takes them. */
async function said(
  scope: Scope,
  flavour: string,
  data: Record<string, string>,
  users: Values[] = [],
): Promise<string> {
  const inBase64 = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
  const args = await holding(scope, 'Secret', 'ours', Object.fromEntries(inBase64))
  const { code, stderr } = await template(flavour, { auth: { ...auth, users } }, { args })
  return code === 0 ? '' : stderr
}

for (const flavour of flavours) {
  test.proves({
    topic: 'Mistakes are refused before anything changes',
    promise: 'A Secret that lacks the key with the password is refused by name',
  })
  test(`${flavour} refuses a Secret without the key, and says which keys it has`, async (_, scope) => {
    const has = { b: 'x', a: 'x' }
    assert.match(
      await said(scope, flavour, has),
      /existingSecretKey is cluster, and the Secret ours has no such key, only: a, b\./,
    )
    assert.match(await said(scope, flavour, {}), /has no such key, only: none\./)
  })

  for (const [name, text] of [
    ['nothing', ''],
    ['a newline alone', '\n'],
  ] as const)
    test(`${flavour} refuses a key with ${name} under it`, async (_, scope) => {
      assert.match(
        await said(scope, flavour, { cluster: text }),
        /the Secret ours has nothing under that key/,
      )
    })

  test(`${flavour} takes a Secret with a password under the key, and one that is not there yet`, async (_, scope) => {
    assert.is(await said(scope, flavour, { cluster: 'x\n' }), '')
    const { code, stderr } = await template(flavour, { auth })
    assert.is(code, 0, stderr)
  })

  test(`${flavour} refuses a Secret without the key of a user's password`, async (_, scope) => {
    const has = { cluster: 'x', shop: 'x' }
    const users = [{ name: 'shop' }, { name: 'reports', passwordKey: 'reports-password' }]
    assert.match(
      await said(scope, flavour, has, users),
      /the passwordKey of the user reports in auth\.users is reports-password, and the Secret ours has no such key/,
    )
    assert.is(await said(scope, flavour, { ...has, 'reports-password': 'x' }, users), '')
  })

  test(`${flavour} generates a password for each user, and keeps those that are there`, async (_, scope) => {
    const users = [{ name: 'shop' }, { name: 'reports', passwordKey: 'reports.password' }, { name: 'new' }]
    const kept = { password: 'cGFzc3dvcmQ=', shop: 'c2hvcA==', 'reports.password': 'cmVwb3J0cw==' }
    const args = await holding(scope, 'Secret', `r-${flavour}`, { ...kept, left: 'bGVmdA==' })
    const { data } = the(await render(flavour, { auth: { users } }, { args }), 'Secret')
    const { new: generated, ...others } = data
    assert.equal(others, kept)
    assert.is(Buffer.from(generated ?? '', 'base64').length, 32)
  })

  test(`${flavour} hands each user on as its pods read it`, async () => {
    const users = [
      { name: 'shop', keys: ['shop:*', 'cart:*'], channels: [], rules: '-@scripting +eval' },
      { name: 'reports', access: 'read', passwordKey: 'other' },
      { name: 'nothing', access: 'custom', keys: [] },
    ]
    const { data } = the(await render(flavour, { auth: { users } }), 'ConfigMap', '-users')
    assert.equal(data.users?.trim().split('\n'), [
      'shop shop ~shop:* ~cart:* access=application -@scripting +eval',
      'reports other ~* &* access=read',
      'nothing nothing &* access=custom',
    ])
  })

  test.proves({
    topic: 'Security',
    promise: 'A user that is added, changed or removed restarts no pod',
  })
  test(`a user of ${flavour} changes nothing of its pods`, async () => {
    const podOfServers = async (users: Values[]) =>
      podOf(the(await render(flavour, { auth: { users } }), 'StatefulSet'))
    const without = await podOfServers([])
    assert.equal(await podOfServers([{ name: 'shop' }]), without)
    assert.equal(await podOfServers([{ name: 'shop', access: 'read', passwordKey: 'x' }]), without)
  })

  test(`the password of ${flavour} is a file that its user and group alone may read`, async () => {
    const volumes = (await renderText(flavour)).match(/secretName: .*\n.*/g) ?? []
    assert.is(volumes.length, 4)
    for (const volume of volumes) assert.match(volume, /\n +defaultMode: 0440$/)
  })
}

test.run()
