import * as assert from 'uvu/assert'
import { mergeIndex } from '../../../generator/release/index-yaml.ts'
import { compareVersions } from '../../../generator/text/version.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('index.yaml')

const pack = (name: string, version: string, content = 'bytes', released = '2026-01-02') => ({
  chart: { apiVersion: 'v2', name, version },
  released,
  file: `${name}-${version}.tgz`,
  bytes: Buffer.from(content),
})

const versions = (index: ReturnType<typeof mergeIndex>, name: string) => {
  const entries = index.entries as Record<string, { version: string }[]>
  return (entries[name] ?? []).map(({ version }) => version)
}

test('what is in the index stays, and the newest version of each chart comes first', () => {
  const first = mergeIndex(undefined, [pack('b', '0.9.0'), pack('b', '0.10.0-rc.1'), pack('a', '1.0.0')])
  const index = mergeIndex(first, [pack('b', '0.10.0', 'more', '2026-03-04')])
  assert.equal(Object.keys(index.entries as object), ['a', 'b'])
  assert.equal(versions(index, 'b'), ['0.10.0', '0.10.0-rc.1', '0.9.0'])
  assert.is(index.generated, '2026-03-04T00:00:00Z')
})

test('the same package again changes nothing, in whatever order they come', () => {
  const packages = [pack('a', '1.0.0'), pack('b', '1.0.0')]
  const index = mergeIndex(undefined, packages)
  assert.equal(mergeIndex(index, packages), index)
  assert.is(JSON.stringify(mergeIndex(undefined, packages.reverse())), JSON.stringify(index))
})

test('a version that is there with another content is refused, and the other entries of the index are kept', () => {
  const index = mergeIndex(undefined, [pack('a', '1.0.0')])
  assert.throws(() => mergeIndex(index, [pack('a', '1.0.0', 'changed')]), /a 1\.0\.0 is in the index already/)
})

test('versions are ordered as SemVer has it', () => {
  const ordered = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
  ]
  assert.equal([...ordered].reverse().sort(compareVersions), ordered)
})

test.run()
