import { join } from 'node:path'
import { type Difference, diff } from './diff.ts'
import { recover } from './emit.ts'
import { suggest } from './explain.ts'
import { load, readTree, type Sources, type Tree } from './load.ts'
import { attemptAll, refuse, UserError } from './mistake.ts'
import type { Project } from './project.ts'
import { render } from './render.ts'
import { type Chart, resolve } from './resolve.ts'
import { validate } from './validate.ts'

/** A chart with all its files. */
export interface RenderedChart extends Chart {
  name: string
  files: Tree
}

/** Loads, validates and resolves a project; a MistakesError tells everything that is wrong with it. */
export async function resolveCharts(project: Project, flavour?: string): Promise<Chart[]> {
  return (await prepare(project, flavour)).charts
}

/** As resolveCharts, and renders the charts too. */
export async function renderCharts(project: Project, flavour?: string): Promise<RenderedChart[]> {
  const { charts, sources } = await prepare(project, flavour)
  return attemptAll(
    charts.map((chart) => () => ({ ...chart, name: chart.context.name, files: render(chart, sources) })),
  )
}

/** How the charts in a folder differ from what they should be. Clears up first after an interrupted run. */
export async function compareWithDisk(charts: RenderedChart[], folder: string): Promise<Difference[]> {
  for (const { name } of charts) await recover(join(folder, name))
  const wanted = charts.flatMap(({ name, files }) =>
    [...files].map(([path, text]) => [`${name}/${path}`, text] as const),
  )
  return diff(await readTree(folder), new Map(wanted))
}

/** Loads a project's inputs; a MistakesError tells everything that is wrong with them. */
export async function loadValid(project: Project): Promise<Sources> {
  const sources = await load(project)
  refuse(validate(sources))
  return sources
}

async function prepare(project: Project, flavour: string | undefined) {
  const sources = await loadValid(project)
  const charts = resolve(sources)
  const chosen = charts.filter(({ context }) => flavour === undefined || context.name === flavour)
  if (flavour === undefined || chosen.length > 0) return { sources, charts: chosen }
  const names = charts.map(({ context }) => context.name)
  throw new UserError(`There is no flavour "${flavour}"; ${suggest(flavour, names)}`)
}
