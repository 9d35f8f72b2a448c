#!/usr/bin/env node
// Plain JavaScript, because it must run before TypeScript can be loaded, on a Node that may be too old for it.
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const wanted = engines.node.match(/\d+/g).map(Number)
const running = process.versions.node.split('.').map(Number)
if (running[0] < wanted[0] || (running[0] === wanted[0] && running[1] < wanted[1])) {
  console.error(`chartgen needs Node ${engines.node}, this is ${process.versions.node}; install a newer one.`)
  process.exit(1)
}

const { register } = await import('tsx/esm/api').catch(() => {
  console.error('The packages that chartgen needs are not installed; run: npm ci')
  process.exit(1)
})
register()
// A pipe that was closed early, as by head, is no failure.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? 0)
})
const { main } = await import('./cli.ts')
process.exitCode = await main(process.argv.slice(2))
