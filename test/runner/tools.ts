import path from 'node:path'
import { run } from './command.ts'

// What scripts/tools installs lies here, and only there when PATH has none that will do.
const installed = path.resolve('.tools/bin')
if (!process.env.PATH?.startsWith(`${installed}:`)) process.env.PATH = `${installed}:${process.env.PATH}`

/** Sees to it that tools are there, and returns how to get those that are not: nothing when all is well. */
export async function missingTools(tools: string[]): Promise<string> {
  if (tools.length === 0) return ''
  const { code, stdout, stderr } = await run('scripts/tools', tools, { deadline: 1_800_000, echo: true })
  return code === 0 ? '' : stdout || stderr
}
