// needs: helm4
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { template } from '../kube/helm.ts'
import { must } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import { suite } from '../runner/suite.ts'
import { disguises, harmless, refusedNames, saidOf, whereAllMatter } from '../shared/directives.ts'
import { copyPodScripts } from '../shared/pod-scripts.ts'
import { folder } from '../shared/project.ts'
import { flavours, helms, render, the } from './rendered.ts'

const test = suite('directives that Helm refuses', { timeout: 30_000 })

/** What Helm says of these lines, which it must not take. */
async function refusal(flavour: string, lines: string, helm: string): Promise<string> {
  const values = { cluster: { ...whereAllMatter.cluster, extraConfig: lines } }
  const { code, stderr } = await template(flavour, values, { helm })
  assert.is.not(code, 0, `${helm} took ${JSON.stringify(lines)}`)
  return stderr
}

for (const flavour of flavours)
  for (const helm of helms) {
    for (const [how, disguise] of Object.entries(disguises)) {
      test.proves({
        topic: 'Mistakes are refused before anything changes',
        promise: 'A directive that undoes what the chart relies on is refused, however it is written',
      })
      test(`${helm} refuses ${flavour} with each directive that it relies on, ${how}`, async () => {
        const said = await refusal(
          flavour,
          refusedNames.map((name) => `${disguise(name)} 1\n`).join(''),
          helm,
        )
        for (const name of refusedNames) {
          const expected = saidOf(name, disguise(name))
          assert.ok(said.includes(expected), `${helm} does not say "${expected}"`)
        }
      })
    }
    test(`${helm} refuses ${flavour} with a number that is too low`, async () => {
      const said = await refusal(flavour, 'maxclients 999\nhz 9\n', helm)
      for (const name of ['maxclients', 'hz']) assert.match(said, `sets ${name}, but `)
    })

    test(`${helm} takes ${flavour} with what does no harm`, async () => {
      const values = { cluster: { ...whereAllMatter.cluster, extraConfig: harmless } }
      const { code, stderr } = await template(flavour, values, { helm })
      assert.is(code, 0, stderr)
    })
  }

/** What the servers of a flavour write as their configuration. */
async function configuration(scope: Scope, flavour: string, env: NodeJS.ProcessEnv = {}, zones = '') {
  const { data } = the(await render(flavour, whereAllMatter), 'ConfigMap', '-config')
  const work = await folder(scope)
  await copyPodScripts(work)
  await mkdir(join(work, 'config'))
  for (const [name, text] of Object.entries(data)) await writeFile(join(work, 'config', name), text)
  if (zones) await writeFile(join(work, 'zones'), zones)
  for (const name of ['password', 'users']) await writeFile(join(work, name), '')
  const script = `. "$HERE/users.sh"; . "$HERE/configuration.sh"; configuration 99.0`
  const pod = {
    HERE: work,
    CONFIG: join(work, 'config'),
    TOPOLOGY: work,
    DATA: work,
    POD_IP: 'a',
    NODE_NAME: 'n',
    RELEASE: 'r',
    REVISION: 'v',
    COPY_OF: '',
    RUN: work,
    AUTH_FILE: join(work, 'password'),
    USERS: join(work, 'users'),
    MEMORY_LIMIT: '1',
    MAXMEMORY_PERCENT: '50',
  }
  return must('sh', ['-euc', script], { env: { ...process.env, ...pod, ...env } })
}

// Setting these anew does no harm: the server then asks clients earlier or later whether they are still there, and gives a
// replica that hangs up earlier or later. The latter has a line for each kind of client.
const FREE = ['tcp-keepalive', 'client-output-buffer-limit']

for (const flavour of flavours)
  test(`all that ${flavour} writes itself is refused in further lines`, async (_, scope) => {
    const written = await configuration(scope, flavour)
    const names = [...written.matchAll(/^[a-z][a-z-]*/gm)].map(([name]) => name)
    assert.ok(names.length > 20)
    assert.equal(
      names.filter((name) => !refusedNames.includes(name)),
      FREE,
    )
  })

test('servers of valkey-cluster tell their zone: the one that cluster.zones has for their Kubernetes node, or else the label’s', async (_, scope) => {
  for (const [label, zones, zone] of [
    ['', '', ''],
    ['eu-1a', '', 'eu-1a'],
    ['eu-1a', 'm=rack.1 nn=rack.2', 'eu-1a'],
    ['eu-1a', 'm=rack.1 n=rack.2', 'rack.2'],
    ['', 'n=rack.2 m=rack.1', 'rack.2'],
  ] as const) {
    const written = await configuration(scope, 'valkey-cluster', { ZONE: label }, zones)
    assert.match(written, `\navailability-zone "${zone}"\n`)
  }
})

test('servers of redis-cluster, which know no such setting, are given none', async (_, scope) => {
  const written = await configuration(scope, 'redis-cluster', { ZONE: 'eu-1a' }, 'n=rack.2')
  assert.not.match(written, 'availability-zone')
})

test.run()
