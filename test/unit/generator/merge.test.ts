import * as assert from 'uvu/assert'
import { mergeFiles, overDefaults } from '../../../generator/values/merge.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('merging values as Helm does')

test('maps are merged deep, lists and scalars are replaced, the later file wins', () => {
  const one = { a: { b: 1, c: [1, 2] }, d: 'x' }
  assert.equal(mergeFiles([one, { a: { c: [3], e: 2 } }, { d: { f: 1 } }]), {
    a: { b: 1, c: [3], e: 2 },
    d: { f: 1 },
  })
  assert.equal(one, { a: { b: 1, c: [1, 2] }, d: 'x' }, 'the files are left as they were')
})

test('a null deletes a default, at any depth, unless a later file sets the value again', () => {
  const defaults = { a: { b: 1, c: 2 }, d: 3 }
  assert.equal(overDefaults(defaults, { a: { b: null }, d: null }), { a: { c: 2 } })
  assert.equal(overDefaults(defaults, mergeFiles([{ d: null }, { d: 4 }])), { a: { b: 1, c: 2 }, d: 4 })
})

test('a null under a key without default stays, so that a misspelt key is seen', () => {
  assert.equal(overDefaults({ a: { b: 1 } }, { a: { x: null } }), { a: { b: 1, x: null } })
})

test('keys that every object of ours has by nature are keys like any other', () => {
  const values = JSON.parse('{"a": {"toString": null, "constructor": null, "__proto__": {"x": 1}}}')
  const merged = overDefaults({ a: { b: 1 } }, mergeFiles([{ a: {} }, values]))
  assert.is(JSON.stringify(merged), '{"a":{"b":1,"toString":null,"constructor":null,"__proto__":{"x":1}}}')
})

test.run()
