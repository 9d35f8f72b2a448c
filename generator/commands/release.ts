import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { generateCharts, makeCharts } from '../charts.ts'
import { classesBetween } from '../compare/since.ts'
import { ofRendered, readSnapshots } from '../compare/snapshot.ts'
import { shown } from '../files/shown.ts'
import { onDisk, type Perform } from '../files/write.ts'
import type { Project } from '../project.ts'
import { makeRelease } from '../release/make.ts'
import { planRelease, type ReleasePlan } from '../release/plan.ts'
import { type CommonOptions, projectOf } from './options.ts'

interface Options extends CommonOptions {
  since: string | undefined
  plan: boolean
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
      .option('plan', {
        describe: 'Show what a release would do, and write nothing',
        type: 'boolean',
        default: false,
      })
      .example('$0 release', 'By the kinds of the changes')
      .example('$0 release --plan', 'See the version and the files first')
      .example('$0 release --since v0.1.0', 'By what compare finds as well'),
  handler: async ({ since, plan, ...options }) => {
    const project = projectOf(options)
    if (plan) return tellOfPlan(project, await planned(project, today(), since))
    const version = await releaseCharts(project, today(), since)
    console.log(
      version === undefined
        ? nothingTo(project)
        : `\nReleased ${version}. Next: look at git diff, commit it, and tag the commit v${version}`,
    )
  },
}

function tellOfPlan(project: Project, plan: ReleasePlan | undefined): void {
  if (!plan) {
    console.log(nothingTo(project))
    return
  }
  const [kept, gone] = [
    plan.edits.filter(({ after }) => after !== undefined),
    plan.edits.filter(({ after }) => after === undefined),
  ]
  console.log(`The next release is ${plan.version}:\n`)
  for (const { kind, description } of plan.changes) console.log(`  ${kind}: ${description}`)
  console.log(
    `\nIt would write ${kept.map(({ source }) => source.file).join(', ')} and ${shown(project.chart)}, and`,
  )
  console.log(`remove ${gone.map(({ source }) => source.file).join(', ')}. Nothing was written.`)
}

const nothingTo = (project: Project) =>
  `Nothing to release: there is no change in ${shown(join(project.root, '.changes'))}`

/** Makes the next release, or ends one that was interrupted; gives its version, or undefined if nothing has changed. */
export function releaseCharts(
  project: Project,
  day: string,
  since?: string,
  perform: Perform = onDisk,
): Promise<string | undefined> {
  const steps = {
    plan: () => planned(project, day, since),
    generate: () => generateCharts(project, project.chart, { perform }),
  }
  return makeRelease(project.root, steps, perform)
}

async function planned(project: Project, day: string, since?: string): Promise<ReleasePlan | undefined> {
  const { sources, charts } = await makeCharts(project)
  if (since === undefined) return planRelease(sources, day)
  const old = await readSnapshots(project.root, since)
  return planRelease(sources, day, await classesBetween(old.charts, charts.map(ofRendered)))
}

// The one place where the clock comes in: from here on the day stands in the changelog.
function today(): string {
  return new Date().toISOString().slice(0, 10)
}
