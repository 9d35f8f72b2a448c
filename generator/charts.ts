import { checkEnvironments } from './checks/environment.ts'
import { checkSources } from './checks/sources.ts'
import { diff } from './diff.ts'
import { type Emitted, emit } from './emit.ts'
import { shown } from './files/shown.ts'
import { onDisk, type Perform } from './files/write.ts'
import { load } from './load.ts'
import type { Project } from './project.ts'
import { type RenderedChart, render } from './render.ts'
import { type Chart, resolve } from './resolve.ts'
import { attemptAll, refuse, UserError } from './text/mistake.ts'
import { suggest } from './text/suggest.ts'
import { type Difference, summary } from './text/trees.ts'
import type { Sources } from './values/sources.ts'

/** A project's inputs, and the charts made of them. */
export interface Made {
  sources: Sources
  charts: RenderedChart[]
}

/** Makes the charts of a project, or one of them; a MistakesError tells everything that is wrong with the inputs. */
export async function makeCharts(project: Project, flavour?: string): Promise<Made> {
  const sources = await load(project)
  refuse(checkSources(sources))
  const charts = resolve(sources)
  refuse(checkEnvironments(sources, charts))
  return { sources, charts: attemptAll(chosen(charts, flavour).map((chart) => () => render(chart, sources))) }
}

/** As makeCharts, without the inputs. */
export async function renderCharts(project: Project, flavour?: string): Promise<RenderedChart[]> {
  return (await makeCharts(project, flavour)).charts
}

/** As renderCharts, of charts that lie up to date in chart/; a UserError tells how to bring them up to date. */
export async function chartsOnDisk(project: Project): Promise<RenderedChart[]> {
  const charts = await renderCharts(project)
  const differences = await diff(charts, project.chart)
  if (differences.length > 0) throw stale(shown(project.chart), differences)
  return charts
}

/** The error that tells how to bring a stale chart folder up to date. */
export function stale(folder: string, differences: Difference[]): UserError {
  return new UserError(
    `${folder} is not up to date: ${summary(differences)}. Change its sources, never ${folder} itself, and run:\n\n  npx chartgen generate\n`,
  )
}

/** As renderCharts, and writes what differs from what lies in a folder; tells what became of each chart's folder there. */
export async function generateCharts(
  project: Project,
  folder: string,
  { flavour, perform = onDisk }: { flavour?: string | undefined; perform?: Perform } = {},
): Promise<{ charts: RenderedChart[]; emitted: Emitted[] }> {
  const charts = await renderCharts(project, flavour)
  // chart/ holds nothing but what is generated; any other folder may belong to somebody.
  const isOurs = folder === project.chart && flavour === undefined
  return { charts, emitted: await emit(charts, folder, { isOurs, perform }) }
}

function chosen(charts: Chart[], flavour: string | undefined): Chart[] {
  const found = charts.filter(({ context }) => flavour === undefined || context.name === flavour)
  if (flavour === undefined || found.length > 0) return found
  const names = charts.map(({ context }) => context.name)
  throw new UserError(`There is no flavour "${flavour}"; ${suggest(flavour, names)}`)
}
