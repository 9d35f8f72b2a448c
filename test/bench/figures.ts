import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** The middle one, or what lies between the two in the middle. */
export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const [low = Number.NaN, high = low] = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return (low + high) / 2
}

/** Seconds with one decimal: `11.2 (10.4–12.0)`, the median and between what it lies. */
export function spread(numbers: number[]): string {
  const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)]
  return `${middle.toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)})`
}

/** Rows of cells, their columns below each other. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => `  ${line.trimEnd()}`).join('\n')
}

/** Keeps what was measured, and returns where. */
export async function saveNumbers(name: string, numbers: unknown): Promise<string> {
  const file = path.join('test-results', 'bench', `${name}.json`)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(numbers, undefined, 2)}\n`)
  return file
}
