import { readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import { merge, type Values } from '../kube/values.ts'

/** A row of the table "What linters say" in a chart's docs/security.md: what fails by default. */
export interface Otherwise {
  checks: { linter: string; id: string }[]
  /** The values that meet it, if there are any. */
  met: Values | undefined
}

/** The rows of a flavour's table that name checks. */
export async function otherwise(flavour: string): Promise<Otherwise[]> {
  const page = await readFile(`chart/${flavour}/docs/security.md`, 'utf8')
  const [, chapter = ''] = page.split('\n## What linters say\n')
  const rows = chapter.split('\n').filter((line) => line.startsWith('| '))
  return rows
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .map(([, , by = '', , meets = '']) => ({ checks: checksIn(by), met: valuesIn(meets) }))
    .filter(({ checks }) => checks.length > 0)
}

/** What all rows that have values say together, for a chart that meets as much as it can. */
export const allMet = (rows: Otherwise[]): Values =>
  rows.reduce<Values>((values, { met = {} }) => merge(values, met), {})

// A linter's name stands before the first of its checks alone.
function checksIn(cell: string): Otherwise['checks'] {
  let linter = ''
  return [...cell.matchAll(/(?:([a-z-]+) )?`([^`]+)`/g)].map(([, named, id = '']) => {
    linter = named ?? linter
    return { linter, id }
  })
}

function valuesIn(cell: string): Values | undefined {
  const named = [...cell.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)+): ([^`]+)`/g)]
  if (named.length === 0) return undefined
  return named
    .map(([, path = '', value = '']) =>
      path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), load(written(value))),
    )
    .reduce<Values>((all, one) => merge(all, one as Values), {})
}

// A page leaves out the digits of a digest.
const written = (value: string) => value.replace('…', 'a'.repeat(64))
