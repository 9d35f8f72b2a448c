import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { dump, load as parse } from 'js-yaml'
import * as assert from 'uvu/assert'
import { waitUntilReady, waitUntilWhole } from '../cluster/cluster.ts'
import { notKept, worstGap } from '../cluster/load/judge.ts'
import { startLoad, writeAndRead } from '../cluster/load/start.ts'
import { chartOf, release, testRelease, upgrade } from '../kube/helm.ts'
import { imageValues, merge, small, type Values } from '../kube/values.ts'
import { must } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { untilWhole } from '../shared/by-hand/observer.ts'
import { desk, readRecipe } from '../shared/by-hand/recipe.ts'
import { sixNodes } from '../shared/by-hand/sides.ts'

const test = suite('a cluster made by hand', { timeout: 400_000 })

const FLAVOUR = 'redis-cluster'

/** The values and the commands that the chart's page has for it, word for word. */
async function documented(): Promise<{ values: Values; commands: string }> {
  const page = await readFile(path.join(chartOf(FLAVOUR), 'docs/taking-over.md'), 'utf8')
  const [values = '', commands = ''] = [...page.matchAll(/(?<=\n\n)( {4}.*\n)+/g)].map(([block]) =>
    block.replaceAll(/^ {4}/gm, ''),
  )
  return { values: parse(values) as Values, commands }
}

test.proves({
  topic: 'Install and remove',
  promise: 'A cluster made by hand is taken over as the chart’s page says',
  bound: 'no key and no acknowledged write lost',
})
test('is taken over as the chart’s page says: all its keys are there, and so is every write that it acknowledged', async (_, scope) => {
  const subject = await sixNodes('recipe', scope)
  const { namespace } = subject
  const of = release(FLAVOUR, namespace, { name: FLAVOUR })
  await writeAndRead(subject)
  const { keys } = await untilWhole(subject, { deadline: 30_000 })

  const { values, commands } = await documented()
  const fitted = merge(merge({ ...small, persistence: {} }, values), await imageValues(FLAVOUR, 'previous'))
  const type = await desk(await readRecipe(), namespace, scope)
  await writeFile(path.join(type.cwd, 'taken-over.yaml'), dump(fitted))
  const load = await startLoad(subject)
  const chart = path.resolve(chartOf(FLAVOUR))
  await must('sh', ['-ec', commands.replace(/\S+\.tgz/, chart)], { ...type, deadline: 300_000 })

  await waitUntilReady(of, { nodes: 6, deadline: 60_000 })
  await waitUntilWhole(of, { nodes: 6, deadline: 60_000 })
  const report = await load.stop()
  assert.equal(notKept(report), [])
  console.log(`nobody was served for ${worstGap(report).milliseconds} ms`)
  const after = await untilWhole(
    { first: { namespace, pod: `${FLAVOUR}-0`, container: 'server' }, nodes: 6 },
    { deadline: 30_000 },
  )
  assert.ok(after.keys >= keys, `${after.keys} of ${keys} keys`)

  const upgraded = await upgrade(of, fitted)
  assert.is(upgraded.code, 0, upgraded.stderr)
  const tested = await testRelease(of)
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
})

test.run()
