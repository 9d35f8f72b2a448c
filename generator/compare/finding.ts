import { CLASSES, type Class } from '../release/bump.ts'

/** One thing that differs for an installer: how grave it is, where, what changed, and what to do about it. */
export interface Finding {
  class: Class
  where: string
  what: string
  /** What was there, and what comes there, if it is short; with other values it can be something else. */
  change?: string
  remedy?: string
}

/** Gives a finding once that several environments have, with their names unless all of them do. */
export function gather(byEnvironment: Map<string, Finding[]>): Finding[] {
  const found = new Map<string, { finding: Finding; names: string[] }>()
  for (const [name, findings] of byEnvironment)
    for (const finding of findings) {
      const key = JSON.stringify({ ...finding, change: undefined })
      const { names, finding: first } = found.get(key) ?? { names: [], finding }
      found.set(key, { finding: first, names: [...names, name] })
    }
  return [...found.values()].map(({ finding, names }) => {
    const everywhere = names.length === byEnvironment.size
    return everywhere ? finding : { ...finding, what: `${finding.what} (${names.join(', ')})` }
  })
}

/** Writes findings as a table, the gravest first. */
export function table(findings: Finding[]): string {
  const rows = [...findings]
    .sort((a, b) => CLASSES.indexOf(a.class) - CLASSES.indexOf(b.class))
    .map(({ class: kind, where, what, change, remedy }) => {
      const told = change ? `${what} ${change}` : what
      return [kind, where, remedy ? `${told}; ${remedy}` : told]
    })
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}
