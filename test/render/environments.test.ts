import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import type { Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { containerOf, flavours, render, scenarios, the } from './rendered.ts'

const test = suite('environments', { timeout: 60_000 })

const pods = { dev: 3, staging: 6, production: 14 }

const mebibytes = (quantity = '') => Number.parseInt(quantity, 10) * (quantity.endsWith('Gi') ? 1024 : 1)

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

test.run()
