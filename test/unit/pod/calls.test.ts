import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../../runner/suite.ts'
import { callsUp } from '../../shared/calls.ts'
import { podScripts } from '../../shared/pod-scripts.ts'

const test = suite('what the pods’ scripts call')

const texts = () => new Map([...podScripts()].map(([name, path]) => [name, readFileSync(path, 'utf8')]))

test('no script calls a function of a script that is sourced after it, or of the program that sources it', () => {
  assert.equal(callsUp(texts()), [])
})

for (const [file, line, calls, of] of [
  ['view.sh', '  LOOK=$(vacancy <"$VIEW")', 'vacancy', 'vacancy.sh'],
  ['vacancy.sh', '  if ! wait_for_peers; then return; fi', 'wait_for_peers', 'keeper.sh'],
  ['log.sh', '  echo | ASK_SECONDS=1 ask "$1"', 'ask', 'client.sh'],
  ['cluster.awk', 'function more() { if (all) lay_out() }', 'lay_out', 'placement.awk'],
] as const)
  test(`${file} that calls ${calls} of ${of} is found`, () => {
    const scripts = texts()
    scripts.set(file, `${scripts.get(file)}\n${line}\n`)
    assert.equal(callsUp(scripts), [{ from: file, calls, of }])
  })

test('a name in a comment, a text or an assignment is no call', () => {
  const scripts = texts()
  scripts.set('log.sh', `${scripts.get('log.sh')}\n# ask it\necho 'ask' "to ask"\nask=1\n`)
  assert.equal(callsUp(scripts), [])
})

for (const [word, pattern, where] of [
  ['the client’s command line', /\$CLI\b|\bredis-cli\b|\bvalkey-cli\b/, ['client.sh']],
  ['the port of a line of CLUSTER NODES', /@\[0-9\]|\[0-9\]\+@|,shard-id=/, ['nodes.awk']],
] as const)
  test(`one script alone knows ${word}`, () => {
    const code = [...texts()].map(([name, text]) => [name, text.replaceAll(/^\s*#.*$/gm, '')] as const)
    const found = code.filter(([, text]) => pattern.test(text)).map(([name]) => name)
    assert.equal(found, where)
  })

test.run()
