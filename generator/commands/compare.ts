import type { CommandModule } from 'yargs'
import { compareCharts, verdict } from '../compare/charts.ts'
import { table } from '../compare/finding.ts'
import { type Named, readSnapshots, type Snapshot } from '../compare/snapshot.ts'
import { UserError } from '../text/mistake.ts'
import { type CommonOptions, projectOf } from './options.ts'

interface Options extends CommonOptions {
  old: string
  new: string
}

/** `chartgen compare`: what changed for an installer, and whether the new version is high enough for it. */
export const compare: CommandModule<CommonOptions, Options> = {
  command: 'compare <old> <new>',
  describe: 'Tell what changed for an installer, and which version that needs',
  builder: (yargs) =>
    yargs
      .positional('old', {
        describe: 'A package, a chart, a folder of charts or a commit',
        type: 'string',
        demandOption: true,
      })
      .positional('new', { describe: 'The same, later', type: 'string', demandOption: true })
      .example('$0 compare v0.1.0 chart', 'What has changed since a release')
      .example(
        '$0 compare dist/redis-cluster-0.1.0.tgz chart/redis-cluster',
        'Compare a package with a chart',
      ),
  handler: async ({ old, new: now, ...options }) => {
    const project = projectOf(options)
    const [before, after] = [await readSnapshots(project.root, old), await readSnapshots(project.root, now)]
    const tooLow = gone(before, after)
    for (const [old, now] of pair(before.charts, after.charts)) {
      const comparison = await compareCharts(old, now)
      const { findings, enough } = comparison
      const sentence = verdict(comparison)
      console.log(findings.length > 0 ? `${sentence}\n\n${table(findings)}\n` : sentence)
      if (!enough) tooLow.push(sentence)
    }
    if (tooLow.length > 0) throw new UserError(tooLow.join('\n'))
  },
}

/** A sentence for each chart that is there no more; nothing can be said of that where only one chart was named. */
function gone(old: Named, now: Named): string[] {
  const left = old.charts.filter(({ name }) => !now.charts.some((chart) => chart.name === name))
  if (!old.areAll || !now.areAll) return []
  return left.map(({ name }) => `${name}: is gone, and whoever has it finds no next version; keep it`)
}

/** Pairs charts by their name; one that is on one side alone is told. */
function pair(old: Snapshot[], now: Snapshot[]): [old: Snapshot, now: Snapshot][] {
  const pairs = old.flatMap((before) => {
    const after = now.find(({ name }) => name === before.name)
    return after ? [[before, after] as [Snapshot, Snapshot]] : []
  })
  const names = (charts: Snapshot[]) => charts.map(({ name }) => name)
  const alone = [...names(old), ...names(now)].filter((name) => !pairs.some(([one]) => one.name === name))
  if (pairs.length === 0)
    throw new UserError(`${names(old).join(', ')} and ${names(now).join(', ')} are not the same chart`)
  for (const name of alone) console.log(`${name}: on one side alone, not compared`)
  return pairs
}
