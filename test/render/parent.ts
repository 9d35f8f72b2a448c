import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Result, run } from '../runner/command.ts'
import type { Scope } from '../runner/scope.ts'
import { folder } from '../shared/project.ts'

/** A dependency of a parent chart: one of the charts, under a name of the parent's choice. */
export interface Dependency {
  name: string
  alias?: string
}

/** Makes a parent chart, with values of its own, and returns its folder. */
export async function parentOf(scope: Scope, dependencies: Dependency[], values: object): Promise<string> {
  const chart = path.join(await folder(scope), 'parent')
  await mkdir(chart)
  // Whatever lies in charts/ is rendered, whether it is a dependency or not.
  for (const { name } of dependencies)
    await cp(`chart/${name}`, path.join(chart, 'charts', name), { recursive: true })
  const about = { apiVersion: 'v2', name: 'parent', version: '1.0.0' }
  const all = dependencies.map((one) => ({ version: '*-0', ...one }))
  await writeFile(path.join(chart, 'Chart.yaml'), JSON.stringify({ ...about, dependencies: all }))
  await writeFile(path.join(chart, 'values.yaml'), JSON.stringify(values))
  return chart
}

/** Has Helm render a parent chart as a release. */
export const renderParent = (helm: string, release: string, chart: string): Promise<Result> =>
  run(helm, ['template', release, chart, '--kube-version', '1.34.0'])
