import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import type { Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { containerOf, flavours, type Manifest, podOf, render, scenarios, the } from './rendered.ts'

const test = suite('environments', { timeout: 60_000 })

const pods = { dev: 3, staging: 6, production: 14, quota: 6 }

const mebibytes = (quantity = '') => Number.parseInt(quantity, 10) * (quantity.endsWith('Gi') ? 1024 : 1)

const millicores = (quantity = '') => Number.parseFloat(quantity) * (quantity.endsWith('m') ? 1 : 1000)

for (const flavour of flavours)
  for (const [name, size] of Object.entries(pods))
    test(`${name} of ${flavour} is ${size} pods, with room on each volume for a rewrite`, async () => {
      const values = (await scenarios(flavour)).get(`environments/${name}.yaml`) as Values
      const set = the(await render(flavour, values), 'StatefulSet')
      assert.is(set.spec.replicas, size)
      const [claim] = set.spec.volumeClaimTemplates as {
        spec: { resources: { requests: { storage: string } } }
      }[]
      const memory = containerOf(set, 'server').resources?.limits?.memory
      assert.ok(mebibytes(claim?.spec.resources.requests.storage) >= 3 * mebibytes(memory))
      assert.match(
        await readFile(`chart/${flavour}/README.md`, 'utf8'),
        `| \`environments/${name}.yaml\` | ${size} |`,
      )
    })

test('with quota every container has limits, and all together are what the file says', async () => {
  const values = (await scenarios('redis-cluster')).get('environments/quota.yaml') as Values
  const manifests = await render('redis-cluster', {
    ...values,
    jobs: { ...(values.jobs as Values), reconcile: { schedule: '@daily' } },
  })
  const ask = (...pods: [pod: Manifest, times: number][]) => {
    const sums = { 'limits.cpu': 0, 'limits.memory': 0, 'requests.cpu': 0, 'requests.memory': 0 }
    for (const [pod, times] of pods) {
      const { containers, initContainers = [] } = podOf(pod).spec
      for (const { name, resources } of [...containers, ...initContainers])
        for (const which of ['limits', 'requests'] as const)
          for (const what of ['cpu', 'memory'] as const) {
            const quantity = resources?.[which]?.[what]
            assert.ok(quantity, `${pod.kind} ${pod.metadata.name}, container ${name}: ${which}.${what}`)
            sums[`${which}.${what}`] += times * (what === 'cpu' ? millicores(quantity) : mebibytes(quantity))
          }
    }
    return `limits.cpu ${sums['limits.cpu']}m, limits.memory ${sums['limits.memory']}Mi, requests.cpu ${sums['requests.cpu']}m and requests.memory ${sums['requests.memory']}Mi`
  }
  const set = the(manifests, 'StatefulSet')
  const jobs = manifests.filter(({ kind }) => kind === 'Job').map((job): [Manifest, number] => [job, 0])
  const text = (await readFile('schema/environments/quota.yaml', 'utf8')).replaceAll('\n# ', ' ')
  assert.match(
    text,
    `ask for a quota of ${ask(...jobs, [set, Number(set.spec.replicas)], [the(manifests, 'Job', '-reconcile'), 1])}.`,
  )
  assert.match(text, `asks for ${ask([the(manifests, 'CronJob'), 1])} more.`)
})

test.run()
