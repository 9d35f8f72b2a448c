import { appendFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import type { Values } from '../kube/values.ts'
import { must } from '../runner/command.ts'
import { suite } from '../runner/suite.ts'
import { chartgen, copyOfProject } from '../shared/project.ts'
import { containerOf, flavours, objects, podOf, render, the, variable } from './rendered.ts'

const test = suite('the revision', { timeout: 60_000 })

/** The revision the pods are told, and the whole of what decides whether they restart. */
async function revision(
  flavour: string,
  values: Values = {},
): Promise<{ revision: string; template: string }> {
  const manifests = await render(flavour, values)
  const pod = podOf(the(manifests, 'StatefulSet'))
  const told = variable(containerOf(the(manifests, 'StatefulSet'), 'server'), 'REVISION')
  assert.is(the(manifests, 'ConfigMap', 'topology').data.revision, told)
  return { revision: told, template: JSON.stringify(pod) }
}

for (const flavour of flavours) {
  test.proves({
    topic: 'Scaling',
    promise: 'A change of size restarts no pod',
  })
  test(`pods of ${flavour} are the same at any size: scaling restarts none`, async () => {
    const first = await revision(flavour)
    assert.match(first.revision, /^[0-9a-f]{12}$/)
    for (const shards of [3, 4, 7])
      for (const replicasPerShard of [0, 1, 2])
        assert.equal(await revision(flavour, { cluster: { shards, replicasPerShard } }), first)
  })

  test(`what is not in a pod of ${flavour} leaves the revision as it is`, async () => {
    const first = await revision(flavour)
    const others: Values[] = [
      { auth: { password: 'another' } },
      { jobs: { deadlineSeconds: 900 } },
      { disruptionBudget: { enabled: false } },
      { commonLabels: { team: 'a' } },
      { service: { type: 'NodePort' }, networkPolicy: { clients: 'anywhere', restrictEgress: false } },
      { networkPolicy: { enabled: false } },
      { persistence: { retention: { whenDeleted: 'Delete' } } },
    ]
    for (const values of others) assert.equal(await revision(flavour, values), first, JSON.stringify(values))
  })

  test(`what is in a pod of ${flavour} changes it`, async () => {
    const seen = new Set([(await revision(flavour)).revision])
    const others: Values[] = [
      { image: { tag: '0.0.1' } },
      { cluster: { nodeTimeoutMilliseconds: 15000 } },
      { cluster: { extraConfig: 'slowlog-log-slower-than 1' } },
      { resources: { limits: { memory: '1Gi' } } },
      { memory: { maxmemoryPercent: 50 } },
      { pod: { annotations: { a: 'b' } } },
      { pod: { hostUsers: true } },
      { pod: { hostUsers: false } },
    ]
    for (const values of others) seen.add((await revision(flavour, values)).revision)
    assert.is(seen.size, others.length + 1)
  })
}

/** The revision of a project's chart, which is generated first. */
async function revisionIn(project: string): Promise<string> {
  const { code, stderr } = await chartgen(project, ['generate'])
  assert.is(code, 0, stderr)
  const chart = path.join(project, 'chart/redis-cluster')
  const text = await must('helm', ['template', 'r', chart, '--kube-version', '1.34.0'])
  return variable(containerOf(the(objects(text), 'StatefulSet'), 'server'), 'REVISION')
}

test.proves({
  topic: 'Another version of the engine',
  promise: 'What a pod runs restarts the pods when it changes; what a Job alone runs restarts none',
})
test('a script that the keeper sources changes the revision, and one that a Job sources does not', async (_, scope) => {
  const project = await copyOfProject(scope)
  const pod = (...parts: string[]) => path.join(project, 'generator/pod', ...parts)
  const seen = new Set([await revisionIn(project)])
  await appendFile(pod('keeper/view.sh'), '. "$HERE/more.sh"\n')
  for (const text of ['# More.\n', '# More, and other.\n']) {
    await writeFile(pod('keeper/more.sh'), text)
    seen.add(await revisionIn(project))
  }
  assert.is(seen.size, 3)
  await appendFile(pod('jobs/refusals.sh'), '. "$HERE/yet-more.sh"\n')
  await writeFile(pod('jobs/yet-more.sh'), '# For the Job alone.\n')
  assert.ok(seen.has(await revisionIn(project)))
})

test.run()
