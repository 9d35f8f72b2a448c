import { readFileSync } from 'node:fs'
import path from 'node:path'
import { run } from './command.ts'

// What scripts/tools installs lies here, and only there when PATH has none that will do.
const installed = path.resolve('.tools/bin')
if (!process.env.PATH?.startsWith(`${installed}:`)) process.env.PATH = `${installed}:${process.env.PATH}`

/** Looks for tools, and installs those that are missing if that is asked for; returns what is said of each that is not there. */
export async function missingTools(tools: string[], install = false): Promise<Map<string, string>> {
  const missing = new Map<string, string>()
  if (tools.length === 0) return missing
  const args = install ? tools : ['--look', ...tools]
  const { code, stdout, stderr } = await run('scripts/tools', args, { deadline: 1_800_000, echo: install })
  if (code > 1) throw new Error(stderr)
  for (const row of stdout.split(/^ {2}(?=\S)/m)) {
    const [, tool] = /^(\S+) +MISSING/.exec(row) ?? []
    if (tool) missing.set(tool, `  ${row.trimEnd()}`)
  }
  return missing
}

/** The tools that a file's first lines say it needs beyond those of its level: `// needs: kubeconform helm4`. */
export function toolsOf(file: string): string[] {
  const [, tools = ''] = /^\/\/ needs: (.*)$/m.exec(readFileSync(file, 'utf8').slice(0, 500)) ?? []
  return tools.split(' ').filter(Boolean)
}
