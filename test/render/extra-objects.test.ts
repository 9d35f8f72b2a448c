import * as assert from 'uvu/assert'
import type { Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { flavours, render } from './rendered.ts'

const test = suite('objects that an installer adds', { timeout: 60_000 })

/** The objects that a flavour has because of these, and not without them. */
async function added(flavour: string, extraObjects: Values['extraObjects']) {
  const all = await render(flavour, { extraObjects, commonLabels: { team: 'payments' } })
  const own = await render(flavour)
  const names = own.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  return all.filter(({ kind, metadata }) => !names.includes(`${kind} ${metadata.name}`))
}

const head = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
const written = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: written\n'

for (const flavour of flavours) {
  test(`${flavour} fills in templates in a map and in a text, and leaves all else as it is written`, async () => {
    const data = { image: '{{ .Values.image.tag }}', number: '0123', alert: '{{ "{{ $labels.pod }}" }}' }
    const text = `${written}data:\n  {{- range list "a" "b" }}\n  {{ . }}: {{ $.Release.Name | quote }}\n  {{- end }}\n`
    const [map, read, ...more] = await added(flavour, [{ ...head('{{ .Release.Name }}-map'), data }, text])
    assert.equal(more, [])
    assert.equal(map?.metadata, { name: 'r-map' })
    assert.match(map?.data.image ?? '', /^\d+\.\d+/)
    assert.equal([map?.data.number, map?.data.alert], ['0123', '{{ $labels.pod }}'])
    assert.equal(read?.metadata, { name: 'written' })
    assert.equal(read?.data, { a: 'r', b: 'r' })
  })

  test(`${flavour} makes nothing of a text that comes to nothing, and all of a text that holds two`, async () => {
    const none = `{{- if .Capabilities.APIVersions.Has "absent.example.org/v1" }}\n${written}{{- end }}\n`
    const two = `${written}---\n${written.replace('written', 'second')}`
    const names = (await added(flavour, [none, two])).map(({ metadata }) => metadata.name)
    assert.equal(names, ['written', 'second'])
  })
}

test.run()
