import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import type { Class } from '../bump.ts'
import { loadValid, renderCharts } from '../charts.ts'
import { compareCharts } from '../compare/charts.ts'
import { ofRendered, readSnapshots } from '../compare/snapshot.ts'
import { onDisk, type Perform } from '../emit.ts'
import { type Project, shown } from '../project.ts'
import { beginRelease, begunRelease, carryOut, endRelease } from '../release.ts'
import { planRelease } from '../release-plan.ts'
import { generateCharts } from './generate.ts'
import { type CommonOptions, projectOf } from './options.ts'

interface Options extends CommonOptions {
  since: string | undefined
}

/** `chartgen release`: the next version of the charts, from the changes that were written down. */
export const release: CommandModule<CommonOptions, Options> = {
  command: 'release',
  describe: 'Give the charts their next version, from the files in .changes',
  builder: (yargs) =>
    yargs
      .option('since', {
        describe: 'The last release, as for compare: what has changed since then decides too',
        type: 'string',
        requiresArg: true,
      })
      .example('$0 release', 'By the kinds of the changes')
      .example('$0 release --since v0.1.0', 'By what compare finds as well'),
  handler: async ({ since, ...options }) => {
    const project = projectOf(options)
    const version = await releaseCharts(project, today(), since)
    console.log(
      version === undefined
        ? `Nothing to release: there is no change in ${shown(join(project.root, '.changes'))}`
        : `\nReleased ${version}. Next: look at git diff, commit it, and tag the commit v${version}`,
    )
  },
}

/** Makes the next release, or ends one that was interrupted; gives its version, or undefined if nothing has changed. */
export async function releaseCharts(
  project: Project,
  day: string,
  since?: string,
  perform: Perform = onDisk,
): Promise<string | undefined> {
  const journal = (await begunRelease(project)) ?? (await begin(project, day, since, perform))
  if (!journal) return undefined
  await carryOut(project, journal, perform)
  await generateCharts(project, project.chart, undefined, perform)
  await endRelease(project, perform)
  return journal.version
}

async function begin(project: Project, day: string, since: string | undefined, perform: Perform) {
  const sources = await loadValid(project)
  const plan = planRelease(sources, day, since === undefined ? [] : await classesSince(project, since))
  return plan && beginRelease(project, plan, perform)
}

async function classesSince(project: Project, since: string): Promise<Class[]> {
  const charts = (await renderCharts(project)).map(ofRendered)
  const classes: Class[] = []
  for (const old of (await readSnapshots(project, since)).charts) {
    const now = charts.find(({ name }) => name === old.name)
    if (!now) classes.push('breaking')
    else classes.push(...(await compareCharts(old, now)).findings.map((finding) => finding.class))
  }
  return classes
}

// The one place where the clock comes in: from here on the day stands in the changelog.
function today(): string {
  return new Date().toISOString().slice(0, 10)
}
