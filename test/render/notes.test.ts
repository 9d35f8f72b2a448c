import { cp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
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
  return await must('helm', ['template', 'r', chart, ...show, '--values', path.join(chart, 'mine.yaml')])
}

for (const flavour of flavours)
  test(`${flavour} tells who has a Kubernetes that keeps zones from pods, until the values name the zones`, async (_, scope) => {
    const chart = await folder(scope)
    await cp(path.join('chart', flavour), chart, { recursive: true })
    const tells = /Kubernetes v[\d.]+ does not tell pods their zone: 1\.35 is the first.*cluster\.zones/s
    for (const old of ['1.27.0', '1.34.6', 'v1.34.6-gke.1200']) assert.match(await notes(chart, old), tells)
    for (const now of ['1.35.4', '1.36.0', 'v1.35.4-eks-1a2b3c'])
      assert.not.match(await notes(chart, now), tells)
    assert.not.match(await notes(chart, '1.34.6', { cluster: { zones: { 'node-a': 'zone-1' } } }), tells)
  })

test.run()
