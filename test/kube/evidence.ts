import { run } from '../runner/command.ts'
import type { Evidence } from '../runner/scope.ts'
import { ask } from './engine.ts'
import { core } from './kubernetes.ts'

/** What a person would look at to understand what went wrong in a namespace, in a folder of its name. */
export async function namespaceEvidence(namespace: string): Promise<Evidence> {
  const evidence: Evidence = {}
  const save = async (file: string, command: string, ...args: string[]) => {
    const { stdout, stderr } = await run(command, args, { deadline: 20_000 })
    evidence[`${namespace}/${file}`] = stdout + stderr
  }
  const kubectl = (file: string, ...args: string[]) =>
    save(file, 'kubectl', '--namespace', namespace, ...args)
  await Promise.all([
    kubectl('events.txt', 'get', 'events', '--sort-by=.lastTimestamp'),
    kubectl(
      'objects.txt',
      'get',
      'all,configmaps,persistentvolumeclaims,poddisruptionbudgets',
      '--output=wide',
    ),
    kubectl('pods.txt', 'describe', 'pods'),
    kubectl('jobs.txt', 'describe', 'jobs'),
    save('releases.txt', 'helm', 'list', '--all', '--namespace', namespace),
  ])
  const { items } = await core().listNamespacedPod({ namespace })
  for (const { metadata, spec, status } of items) {
    const pod = metadata?.name ?? ''
    const restarted = new Set(
      status?.containerStatuses?.filter((one) => one.restartCount > 0).map(({ name }) => name),
    )
    for (const { name } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
      await kubectl(`logs/${pod}.${name}.txt`, 'logs', pod, '--container', name)
      if (restarted.has(name))
        await kubectl(`logs/${pod}.${name}.previous.txt`, 'logs', pod, '--container', name, '--previous')
    }
    if (metadata?.labels?.['app.kubernetes.io/component'] !== 'server') continue
    evidence[`${namespace}/nodes/${pod}.txt`] = await ask(namespace, pod, 'CLUSTER', 'NODES').catch(
      (error: Error) => error.message,
    )
  }
  return evidence
}
