import type { Class } from '../release/bump.ts'
import { compareCharts } from './charts.ts'
import type { Snapshot } from './snapshot.ts'

/** What has changed for installers between the charts of a release and those of now; a chart that is gone breaks them. */
export async function classesBetween(olds: Snapshot[], nows: Snapshot[]): Promise<Class[]> {
  const classes: Class[] = []
  for (const old of olds) {
    const now = nows.find(({ name }) => name === old.name)
    if (!now) classes.push('breaking')
    else classes.push(...(await compareCharts(old, now)).findings.map((finding) => finding.class))
  }
  return classes
}
