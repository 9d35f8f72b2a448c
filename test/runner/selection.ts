import type { Level } from './levels.ts'

/** The files of a level that were chosen, and the tools that each of them needs. */
export interface Chosen {
  name: string
  level: Level
  files: { file: string; tools: string[] }[]
}

/** What is to run, and what is left out for want of which tools. */
export interface Selection {
  runs: { name: string; level: Level; files: string[] }[]
  leftOut: { name: string; files: string[]; missing: string[] }[]
}

/** Leaves out the files that need a tool that is not there. */
export function select(chosen: Chosen[], missing: string[]): Selection {
  const lacks = (tools: string[]) => tools.filter((tool) => missing.includes(tool))
  return {
    runs: chosen.map(({ name, level, files }) => ({
      name,
      level,
      files: files.filter(({ tools }) => lacks(tools).length === 0).map(({ file }) => file),
    })),
    leftOut: chosen.flatMap(({ name, files }) => {
      const out = files.filter(({ tools }) => lacks(tools).length > 0)
      if (out.length === 0) return []
      const wanted = [...new Set(out.flatMap(({ tools }) => lacks(tools)))]
      return [{ name, files: out.map(({ file }) => file), missing: wanted }]
    }),
  }
}

/** What will run and what will not, before anything does, and the command that gets the rest. */
export function announcement({ runs, leftOut }: Selection): string {
  const count = (files: string[]) => `${files.length} ${files.length === 1 ? 'file' : 'files'}`
  const willRun = runs
    .filter(({ files }) => files.length > 0)
    .map(({ name, files }) => `${name} (${count(files)})`)
  const lines = [`Runs: ${willRun.join(', ') || 'nothing'}.`]
  for (const { name, files, missing } of leftOut)
    lines.push(`LEFT OUT: ${count(files)} of ${name}, for want of ${missing.join(', ')}.`)
  const all = [...new Set(leftOut.flatMap(({ missing }) => missing))]
  if (all.length > 0) lines.push(`To get what is missing: scripts/tools ${all.join(' ')}, or add --install.`)
  return lines.join('\n')
}
