import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Scope } from '../runner/scope.ts'
import { folder } from '../shared/project.ts'

const NAMES = { ConfigMap: 'configmaps', Secret: 'secrets' }
const RESOURCES = Object.entries(NAMES).map(([kind, name]) => ({
  kind,
  name,
  namespaced: true,
  verbs: ['get'],
}))
const ANSWERS: Record<string, object> = {
  '/version': { gitVersion: 'v1.34.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: RESOURCES },
}
const NONE = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }

/**
 * Serves as much of Kubernetes as Helm's lookup needs, with one object in it whose `data` is as the API has it, and returns the
 * arguments with which Helm looks there.
 */
export async function holding(
  scope: Scope,
  kind: keyof typeof NAMES,
  name: string,
  data: Record<string, string>,
): Promise<string[]> {
  const found = { apiVersion: 'v1', kind, metadata: { name, namespace: 'default' }, data }
  const answers = { ...ANSWERS, [`/api/v1/namespaces/default/${NAMES[kind]}/${name}`]: found }
  const server = createServer(({ url = '' }, response) => {
    const answer = answers[url.replace(/\?.*/, '')]
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? NONE))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  scope.defer(() => server.closeAllConnections())
  scope.defer(() => server.close())
  const { port } = server.address() as AddressInfo
  const file = path.join(await folder(scope), 'kubeconfig')
  const config = {
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: {} }],
    'current-context': 'c',
  }
  await writeFile(file, JSON.stringify(config))
  return ['--dry-run=server', '--kubeconfig', file, '--namespace', 'default']
}
