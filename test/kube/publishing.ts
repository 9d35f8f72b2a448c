import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { eventually } from '../runner/deadline.ts'
import type { Scope } from '../runner/scope.ts'

/** Serves a folder's files over HTTP until the scope ends, as any file server would; returns its address. */
export async function serveFolder(scope: Scope, folder: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const file = path.join(folder, path.posix.normalize(request.url ?? '/'))
    const bytes = await readFile(file).catch(() => undefined)
    response.writeHead(bytes ? 200 : 404).end(bytes)
  })
  scope.defer(() => server.close())
  return `http://127.0.0.1:${await listen(server)}`
}

/** Runs a registry for OCI artifacts until the scope ends, with its content in a folder; returns its address. */
export async function startRegistry(scope: Scope, folder: string): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: path.join(folder, 'registry') } },
    http: { addr: address },
    log: { level: 'warn' },
  }
  const file = path.join(folder, 'registry.json')
  await writeFile(file, JSON.stringify(config))
  const registry = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = output(registry)
  scope.defer(() => registry.kill())
  scope.onFailure(() => ({ 'registry.log': said.join('') }))
  await eventually('the registry to answer', { deadline: 15_000, every: 100 }, async (see) => {
    const status = await fetch(`http://${address}/v2/`).then(
      (response) => response.status,
      (error: Error) => error.message,
    )
    see(`${status}; ${said.join('')}`)
    return status === 200 || undefined
  })
  return address
}

function output(child: ChildProcess): string[] {
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => void said.push(`${chunk}`))
  child.on('error', (error) => void said.push(error.message))
  return said
}

function listen(server: Server): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((done) => server.close(done))
  return port
}
