import { run } from './command.ts'
import type { Entry } from './tally.ts'

// What must hold for the tree as a whole, whatever the level.
const checks: Record<string, string[]> = {
  'the types are sound': ['node_modules/.bin/tsc'],
  'the code is clean': ['node_modules/.bin/biome', 'check'],
  'the charts are what the schema generates': ['node', 'generator/bin.js', 'check'],
  'the page of promises is what the tests say': [
    'node',
    '--import',
    'tsx',
    'test/promises/promises.ts',
    '--check',
  ],
}

/** Runs every check, an entry each; says what is wrong, and nothing else. */
export async function runChecks(): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const [name, [command = '', ...args]] of Object.entries(checks)) {
    const { code, stdout, stderr, seconds } = await run(command, args, { deadline: 120_000 })
    console.log(`${code === 0 ? '•' : '✘'} ${name}  ${seconds.toFixed(1)} s`)
    if (code !== 0) console.log(shortened(`${stdout}${stderr}`, [command, ...args].join(' ')))
    entries.push({ from: 'check', name, outcome: code === 0 ? 'passed' : 'failed' })
  }
  return entries
}

function shortened(output: string, command: string): string {
  const lines = output.trimEnd().split('\n')
  if (lines.length <= 60) return lines.join('\n')
  return [...lines.slice(0, 60), `… ${lines.length - 60} more lines: ${command}`].join('\n')
}
