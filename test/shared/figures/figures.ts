import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { benchResults } from '../../runner/levels.ts'
import { type Setting, setting, today } from '../../runner/setting.ts'

/** A line of the comparison. */
export interface Figure {
  /** What was measured, with its unit. */
  what: string
  recipe: number[]
  chart: number[]
  /** The most that the chart is to take: its median, each of its numbers, or the ratio to the recipe. */
  most?: { median?: number; each?: number; ratio?: number }
  /** What to say of the recipe when it has no number. */
  never?: string
  /** What it was measured on. */
  on?: Setting
}

/** The middle one, or what lies between the two in the middle. */
export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const [low = Number.NaN, high = low] = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return (low + high) / 2
}

/** `11.2 (10.4–12.0)`: the median and between what it lies; small numbers with two decimals, and one number alone. */
export function spread(numbers: number[]): string {
  const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)]
  const show = (number: number) => number.toFixed(most < 10 ? 2 : 1)
  return numbers.length === 1 ? show(middle) : `${show(middle)} (${show(least)}–${show(most)})`
}

/** What part of the recipe's figure the chart's is, by their medians. */
export const ratioOf = ({ recipe, chart }: Figure) => median(chart) / median(recipe)

/** Whether the chart takes no more than it is to take. */
export function reaches(figure: Figure): boolean {
  const { chart, most = {} } = figure
  const measured = { median: median(chart), each: Math.max(...chart), ratio: ratioOf(figure) }
  return chart.length > 0 && limitsOf(most).every(([by, limit]) => measured[by] <= limit)
}

const limitsOf = (most: NonNullable<Figure['most']>) => Object.entries(most) as [keyof typeof most, number][]

/** Rows of cells, their columns below each other. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => `  ${line.trimEnd()}`).join('\n')
}

/** The chart beside the recipe, a figure a line. */
export function comparison(figures: Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, recipe, chart, most, never = '–' } = figure
    const ratio = ratioOf(figure)
    return [
      what,
      recipe.length > 0 ? spread(recipe) : never,
      chart.length > 0 ? spread(chart) : '–',
      Number.isFinite(ratio) ? ratio.toFixed(2) : '–',
      most
        ? limitsOf(most)
            .map(([by, limit]) => `${by} ≤ ${limit}`)
            .join(', ')
        : '',
      most ? (reaches(figure) ? 'reached' : 'NOT reached') : '',
    ]
  })
  return table([['', 'recipe', 'chart', 'ratio', 'to reach', ''], ...rows])
}

/** Adds figures to the one table that is shown when all of the bench has run. */
export async function addFigures(figures: Figure[]): Promise<void> {
  const file = path.join(benchResults, 'figures.json')
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as Figure[]
  const on = setting() ?? { date: today(), engines: [] }
  const all = [...before, ...figures.map((figure) => ({ ...figure, on }))]
  await saveNumbers('figures', all)
  await writeFile(path.join(benchResults, 'figures.txt'), `${comparison(all)}\n`)
}

/** Keeps what was measured, and returns where. */
export async function saveNumbers(name: string, numbers: unknown): Promise<string> {
  const file = path.join(benchResults, `${name}.json`)
  await mkdir(benchResults, { recursive: true })
  await writeFile(file, `${JSON.stringify(numbers, undefined, 2)}\n`)
  return file
}
