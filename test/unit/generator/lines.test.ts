import * as assert from 'uvu/assert'
import { lineOf } from '../../../generator/text/lines.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('the line of a key')

const TEXT = `# A comment
cluster:

  "shards": 3 # another
base: &base
  a: 1
list:
  - x
  - name: y
    deep: { one: 1,
      two: 2 }
  -
    - z
copy:
  <<: *base
  b: |
    shards: 9
same: *base
`

const lines: [path: string[], line: number | undefined][] = [
  [['cluster'], 2],
  [['cluster', 'shards'], 4],
  [['cluster', 'replicas'], 2],
  [['base', 'a'], 6],
  [['list', '0'], 8],
  [['list', '1', 'name'], 9],
  [['list', '1', 'deep', 'two'], 11],
  [['list', '2', '0'], 13],
  [['copy', 'a'], 14],
  [['copy', 'b'], 16],
  [['same', 'a'], 18],
  [['none'], undefined],
  [[], undefined],
]

for (const [path, line] of lines)
  test(`of "${path.join('.')}"`, () => {
    assert.is(lineOf(path, TEXT), line)
  })

test('of nothing in an empty text', () => {
  assert.is(lineOf(['a'], '# nothing\n'), undefined)
})

test.run()
