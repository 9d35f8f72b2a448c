// needs: helm4
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { template } from '../kube/helm.ts'
import type { Values } from '../kube/values.ts'
import { run } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { podScripts } from '../shared/pod-scripts.ts'
import { chartgen, copyOfProject } from '../shared/project.ts'
import { containerOf, flavours, helms, render, the } from './rendered.ts'

const test = suite('values that Helm refuses', { timeout: 30_000 })

/** What Helm says when it renders these values, which it must not. */
async function refusal(flavour: string, values: Values, helm: string): Promise<string> {
  const { code, stderr } = await template(flavour, values, { helm })
  assert.is.not(code, 0, `${helm} took ${JSON.stringify(values)}`)
  return stderr
}

const nodeNames = (count: number) =>
  Array.from({ length: count }, (_, n) => `ip-10-0-${n}.eu-central-1.compute.internal`)

/** A mistake, where Helm says it is, and what it says. */
const mistakes: [name: string, values: Values, says: RegExp][] = [
  ['two shards', { cluster: { shards: 2 } }, /\/cluster\/shards.*minimum: got 2, want 3/],
  ['a misspelt topic', { clutser: {} }, /additional properties 'clutser' not allowed/],
  ['a misspelt key', { cluster: { shard: 3 } }, /\/cluster.*additional properties 'shard' not allowed/],
  [
    'a misspelt key further down',
    { persistence: { retention: { whenDelete: 'Delete' } } },
    /\/persistence\/retention.*'whenDelete' not allowed/,
  ],
  [
    'a size that is no quantity',
    { persistence: { size: '1GB' } },
    /\/persistence\/size.*a Kubernetes quantity such as 10Gi/s,
  ],
  [
    'a password and a Secret',
    { auth: { password: 'a', existingSecret: 'b' } },
    /auth\.password and auth\.existingSecret are both set/,
  ],
  [
    'a user of a name that the chart needs',
    { auth: { users: [{ name: 'internal-users' }] } },
    /a user called internal-users, but the chart has a user of that name: give yours another name/,
  ],
  [
    'a user called default',
    { auth: { users: [{ name: 'default' }] } },
    /a user called default, but the chart has a user of that name/,
  ],
  [
    'a user twice',
    { auth: { users: [{ name: 'a' }, { name: 'a', access: 'read' }] } },
    /auth\.users has the user a twice, and only one could count: remove one of them/,
  ],
  [
    'a user with the password of the default user',
    { auth: { users: [{ name: 'a', passwordKey: 'password' }] } },
    /auth\.users has the user a with the password of the default user.*set its passwordKey to another key/,
  ],
  [
    'users without passwords',
    { auth: { enabled: false, users: [{ name: 'a' }] } },
    /auth\.users has the user a, but auth\.enabled is false.*set auth\.enabled to true, or remove the user/,
  ],
  [
    'a rule of two lines',
    { auth: { users: [{ name: 'a', rules: '+get\n+set' }] } },
    /\/auth\/users\/0\/rules.*rules on one line/s,
  ],
  [
    'a pattern of keys with a blank',
    { auth: { users: [{ name: 'a', keys: ['a b'] }] } },
    /\/auth\/users\/0\/keys\/0.*a pattern without blanks/s,
  ],
  ['a password of two lines', { auth: { password: 'a\nb' } }, /\/auth\/password.*a password of one line/s],
  [
    'more nodes than a cluster can have',
    { cluster: { shards: 334, replicasPerShard: 2 } },
    /cluster\.shards is 334 and cluster\.replicasPerShard is 2: that makes 1002 nodes, .*no more than 1000/,
  ],
  ...['NodePort', 'LoadBalancer'].map((type): [string, Values, RegExp] => [
    `a Service of type ${type} whose clients the policy keeps out`,
    { service: { type }, networkPolicy: { from: [{ podSelector: {} }] } },
    new RegExp(`service\\.type is ${type}, but networkPolicy lets no client in that comes from outside`),
  ]),
  [
    'a zone that no label can have',
    { cluster: { zones: { 'node-a': 'zone 1' } } },
    /\/cluster\/zones\/node-a.*a name of at most 63 letters/s,
  ],
  [
    'a zone for what is no Kubernetes node',
    { cluster: { zones: { Node_A: 'zone-1' } } },
    /cluster\.zones has a zone for "Node_A", which is no name of a Kubernetes node/,
  ],
  [
    'more zones than the Jobs can be told',
    { cluster: { zones: Object.fromEntries(nodeNames(3000).map((node) => [node, 'eu-central-1a'])) } },
    /cluster\.zones has 3000 Kubernetes nodes, .* make 16\d{4} bytes, and the Jobs can be told 100000/,
  ],
  [
    'an object of no kind',
    { extraObjects: [{ apiVersion: 'v1' }] },
    /: extraObjects\.0 is no Kubernetes object .*: apiVersion or kind is missing at its top/,
  ],
  [
    'a text that reads as no object',
    { extraObjects: ['kind: ConfigMap\napiVersion: v1', 'kind: [{{ .Release.Name }}'] },
    /: extraObjects\.1 is no Kubernetes object .*: error converting YAML/,
  ],
  [
    'writes that nobody could replicate',
    { cluster: { writes: 'replicated', replicasPerShard: 0 } },
    /cluster\.writes is replicated and cluster\.replicasPerShard is 0: no write would ever be taken/,
  ],
  ...['* * * *', '* * * * * *', '*/0 * * * *', '*-5 * * * *', 'TZ=UTC 0 3 * * *', '@reboot'].map(
    (schedule): [string, Values, RegExp] => [
      `the schedule ${schedule}`,
      { jobs: { reconcile: { schedule } } },
      /\/jobs\/reconcile\/schedule.*five fields such as \*\/10/s,
    ],
  ),
  ...(
    [
      ['60 * * * *', 'no "60" as its minute: set one from 0 to 59'],
      ['0 24 * * *', 'no "24" as its hour: set one from 0 to 23'],
      ['0 0 0 * *', 'no "0" as its day of the month: set one from 1 to 31'],
      ['0 0 * 1,13 *', 'no "13" as its month: set one from 1 to 12'],
      ['0 0 * foo *', 'no "foo" as its month'],
      ['0 0 * * 7', 'no "7" as its day of the week: set one from 0 to 6'],
      ['0 0 * * fri-mon', 'no "fri-mon" as its day of the week'],
    ] as const
  ).map(([schedule, why]): [string, Values, RegExp] => [
    `the schedule ${schedule}`,
    { jobs: { reconcile: { schedule } } },
    new RegExp(
      `jobs.reconcile.schedule is "${schedule.replaceAll('*', '\\*')}", but Kubernetes takes ${why}`,
    ),
  ]),
  [
    'fewer replicas than none',
    { cluster: { replicasPerShard: -1 } },
    /\/cluster\/replicasPerShard.*minimum: got -1, want 0/,
  ],
  [
    'a Service without an address that is to be reached from outside',
    { service: { type: 'LoadBalancer', clusterIP: 'None' } },
    /service\.clusterIP is None and service\.type is not ClusterIP/,
  ],
  [
    'an address that is none',
    { service: { clusterIP: '123' } },
    /\/service\/clusterIP.*an address such as 10\.96\.0\.50/s,
  ],
  [
    'a budget that lets no pod go',
    { disruptionBudget: { maxUnavailable: 0 } },
    /\/disruptionBudget\/maxUnavailable.*minimum: got 0, want 1/,
  ],
  [
    'a budget of a share that lets no pod go',
    { disruptionBudget: { maxUnavailable: '0%' } },
    /\/disruptionBudget\/maxUnavailable.*a number of pods without quotes, or a share such as 10%/s,
  ],
  ['a word for a number', { cluster: { shards: 'three' } }, /\/cluster\/shards.*got string, want integer/],
  [
    'a policy there is none of',
    { memory: { policy: 'lru' } },
    /\/memory\/policy.*value must be one of 'noeviction'/,
  ],
]

/** The variables that the scripts of the server's container read: those that it has, and those with a default. */
async function ownVariables(flavour: string): Promise<string[]> {
  const server = containerOf(the(await render(flavour), 'StatefulSet'), 'server')
  const names = server.env.map(({ name }) => name)
  const scripts = [...podScripts().values()].filter((path) => /\/(shared|server)\//.test(path))
  for (const path of scripts) {
    const text = await readFile(path, 'utf8')
    names.push(...[...text.matchAll(/\$\{([A-Z_]+):-/g)].map(([, name = '']) => name))
  }
  return [...new Set(names)]
}

for (const flavour of flavours)
  test(`${flavour} refuses each variable that its own scripts go by`, async () => {
    const names = await ownVariables(flavour)
    assert.ok(names.includes('NAME') && names.includes('DATA') && names.includes('USERS'))
    // The engine's client goes by the last two.
    for (const name of [...names, 'REDISCLI_AUTH', 'VALKEYCLI_AUTH']) {
      const values = {
        pod: {
          extraEnv: [
            { name: 'TZ', value: 'UTC' },
            { name, value: 'x' },
          ],
        },
      }
      assert.match(
        await refusal(flavour, values, 'helm'),
        new RegExp(`pod\\.extraEnv sets ${name}, but .* remove it`),
      )
    }
  })

for (const flavour of flavours)
  for (const helm of helms) {
    test.proves({
      topic: 'Mistakes are refused before anything changes',
      promise: 'Every mistake in the values is told at once',
    })
    test(`${helm} tells of all mistakes in values of ${flavour} at once`, async () => {
      // The one that a whole topic is judged by goes last: beside it a misspelt topic is all that is seen.
      const all = Object.assign(
        {},
        ...[
          { cluster: { shards: 2, replicasPerShard: -1 } },
          { persistence: { size: '1GB' } },
          { clutser: {} },
        ],
      )
      const said = await refusal(flavour, all, helm)
      for (const text of [/shards/, /replicasPerShard/, /1GB/, /clutser/]) assert.match(said, text)
    })
    for (const [name, values, says] of mistakes)
      test(`${helm} refuses ${flavour} with ${name}`, async () => {
        assert.match(await refusal(flavour, values, helm), says)
      })
  }

for (const helm of helms)
  test(`${helm} tells where the value of a key goes that was renamed`, async (_, scope) => {
    const project = await copyOfProject(scope)
    const topic = path.join(project, 'schema/values/persistence.yaml')
    const renamed = 'x-renamed: { class: persistence.storageClass }\nproperties:'
    await writeFile(topic, (await readFile(topic, 'utf8')).replace('properties:', renamed))
    assert.is((await chartgen(project, ['generate'])).code, 0)
    const chart = path.join(project, 'chart/redis-cluster')
    assert.is((await run(helm, ['template', 'r', chart, '--kube-version', '1.34.0'])).code, 0)
    const { code, stderr } = await run(helm, ['template', 'r', chart, '--set', 'persistence.class=fast'])
    assert.is.not(code, 0)
    assert.match(stderr, 'persistence.class is called persistence.storageClass now: move the value there')
  })

test.run()
