import { cp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { load } from 'js-yaml'
import * as assert from 'uvu/assert'
import type { Values } from '../kube/values.ts'
import { must } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { folder } from '../shared/project.ts'
import { flavours } from './rendered.ts'

const test = suite('what an install says', { timeout: 30_000 })

/** The notes that Helm prints on this Kubernetes, which only an install shows: so a copy of the chart has them in a template. */
async function notes(chart: string, kubernetes: string, values: Values = {}): Promise<string> {
  const text = await readFile(path.join(chart, 'templates/NOTES.txt'), 'utf8')
  await writeFile(
    path.join(chart, 'templates/notes.yaml'),
    `{{ define "notes" }}${text}{{ end }}notes: {{ include "notes" . | toJson }}`,
  )
  await writeFile(path.join(chart, 'mine.yaml'), JSON.stringify(values))
  const show = ['--show-only', 'templates/notes.yaml', '--kube-version', kubernetes]
  const mine = ['--values', path.join(chart, 'mine.yaml')]
  const rendered = await must('helm', ['template', 'r', chart, ...show, ...mine])
  return (load(rendered) as { notes: string }).notes
}

for (const flavour of flavours) {
  test(`${flavour} tells who has a Kubernetes that keeps zones from pods, until the values name the zones`, async (_, scope) => {
    const chart = await folder(scope)
    await cp(path.join('chart', flavour), chart, { recursive: true })
    const tells = /Kubernetes v[\d.]+ does not tell pods their zone: 1\.35 is the first.*cluster\.zones/s
    for (const old of ['1.27.0', '1.34.6', 'v1.34.6-gke.1200']) assert.match(await notes(chart, old), tells)
    for (const now of ['1.35.4', '1.36.0', 'v1.35.4-eks-1a2b3c'])
      assert.not.match(await notes(chart, now), tells)
    assert.not.match(await notes(chart, '1.34.6', { cluster: { zones: { 'node-a': 'zone-1' } } }), tells)
  })

  test(`${flavour} tells whom its policies let in, and what they shut out`, async (_, scope) => {
    const chart = await folder(scope)
    await cp(path.join('chart', flavour), chart, { recursive: true })
    const told = (networkPolicy: Values) => notes(chart, '1.36.0', { networkPolicy })
    const [shutOut, sidecars] = [/All others are shut out, .*hostNetwork/s, /Sidecars reach nothing else/]
    assert.match(
      await told({}),
      /let in clients in this namespace, and clients that networkPolicy\.from names/,
    )
    assert.match(
      await told({ clients: 'labelled' }),
      new RegExp(`the label\nr-${flavour}-client: "true", and`),
    )
    assert.match(await told({ clients: 'listed' }), /let in clients that networkPolicy\.from names/)
    for (const clients of ['namespace', 'labelled', 'listed']) assert.match(await told({ clients }), shutOut)
    for (const open of [{ clients: 'anywhere' }, { enabled: false }])
      assert.not.match(await told(open), shutOut)
    assert.match(await told({ clients: 'anywhere' }), sidecars)
    for (const open of [{ restrictEgress: false }, { enabled: false }])
      assert.not.match(await told(open), sidecars)
  })
}

test.run()
