import * as assert from 'uvu/assert'
import { must } from '../harness/command.ts'
import { suite } from '../harness/suite.ts'
import { folder } from './project.ts'

const test = suite('what is seen of a server')

const SCRIPT = new URL('../../generator/pod/observe.sh', import.meta.url).pathname
const ID = 'a'.repeat(40)

/** The line of a pod whose server tells this of its memory. */
async function pod(work: string, memory: string): Promise<string> {
  const script = `
    WORK=${work}
    address_of() { echo 10.0.0.1; }
    ask_all() { cat >/dev/null; printf '%s\\n' ${ID} '${ID} 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-5460' ${memory} 7; }
    . ${SCRIPT}
    observe_pod 0 </dev/null`
  return (await must('sh', ['-c', script])).split('\n')[0] ?? ''
}

test('its memory: what it uses, and how much of that is data', async (_, scope) => {
  const line = await pod(
    await folder(scope),
    'used_memory:3000000 used_memory_dataset:1000000 maxmemory:9000000',
  )
  assert.match(line, / used=3000000 data=1000000 allowed=9000000 .* keys=7$/)
})

test('data that is less than nothing, as an engine tells it whose slots have just left, is nothing', async (_, scope) => {
  const line = await pod(await folder(scope), 'used_memory:3000000 used_memory_dataset:18446744073709451234')
  assert.match(line, / used=3000000 data=0 /)
})

test.run()
