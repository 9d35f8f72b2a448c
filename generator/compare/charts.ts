import { type Bump, bumpBetween, bumpFor, isEnough, raise } from '../bump.ts'
import { diff } from '../diff.ts'
import { isObject } from '../json.ts'
import { UserError } from '../mistake.ts'
import type { ValueSchema } from '../schema.ts'
import { compareVersions } from '../version.ts'
import { type Finding, gather } from './finding.ts'
import { compareManifests } from './manifests.ts'
import { type Rendering, renderAll } from './rendering.ts'
import type { Snapshot } from './snapshot.ts'
import { compareValues } from './values.ts'

/** All that differs for an installer between two versions of a chart, and what that asks of the new version. */
export interface Comparison {
  old: Snapshot
  now: Snapshot
  findings: Finding[]
  needed: Bump | undefined
  /** Whether the new version is high enough. */
  enough: boolean
}

const DEFAULTS = 'defaults'

/** Compares two versions of a chart; needs Helm to render them. */
export async function compareCharts(old: Snapshot, now: Snapshot): Promise<Comparison> {
  const findings = [
    ...compareKubernetes(old, now),
    ...compareEnvironmentNames(old, now),
    ...compareValues(schemaOf(old), schemaOf(now)),
    ...(await compareRenderings(old, now)),
  ]
  const all = findings.length > 0 ? findings : compareFiles(old, now)
  const needed = bumpFor(
    all.map((finding) => finding.class),
    old.version,
  )
  return { old, now, findings: all, needed, enough: isEnough(bumpBetween(old.version, now.version), needed) }
}

/** What a comparison asks of the new version, in a sentence. */
export function verdict({ old, now, findings, needed, enough }: Comparison): string {
  const versions = `${now.name} ${old.version} → ${now.version}`
  if (needed === undefined) return `${versions}: nothing differs for an installer`
  const why = findings.some((finding) => finding.class === 'breaking') ? 'breaking changes' : 'what changed'
  const least = raise(old.version, needed)
  if (enough) return `${versions}: ${needed === 'patch' ? 'high enough' : `high enough for ${why}`}`
  return `${versions}: too low, ${why} needs at least ${least}`.replace('changes needs', 'changes need')
}

async function compareRenderings(old: Snapshot, now: Snapshot): Promise<Finding[]> {
  const names = [...environmentsOf(old).keys()]
  const before = await renderAll(old, environmentsOf(old))
  const after = await renderAll(now, new Map([...environmentsOf(old), ...environmentsOf(now)]))
  return gather(
    new Map(names.map((name) => [name, compareRendering(name, before.get(name), after.get(name))])),
  )
}

function compareRendering(name: string, before?: Rendering, after?: Rendering): Finding[] {
  if (!before || !after) return []
  if ('refusal' in before)
    throw new UserError(`the old chart does not render with ${name}: ${before.refusal}`)
  if ('refusal' in after)
    return [{ class: 'breaking', where: 'helm template', what: 'is refused', remedy: after.refusal }]
  return compareManifests(before.objects, after.objects)
}

/** The values to render with, by name: none at all, and the environments that come with the chart. */
function environmentsOf({ files }: Snapshot): Map<string, string> {
  const own = [...files].flatMap(([path, text]) => {
    const name = path.match(/^environments\/(.+)\.ya?ml$/)?.[1]
    return name === undefined ? [] : [[name, text] as const]
  })
  return new Map([[DEFAULTS, '{}\n'], ...own])
}

function compareEnvironmentNames(old: Snapshot, now: Snapshot): Finding[] {
  const [before, after] = [environmentsOf(old), environmentsOf(now)]
  const gone = [...before.keys()].filter((name) => !after.has(name))
  const added = [...after.keys()].filter((name) => !before.has(name))
  return [
    ...gone.map((name): Finding => {
      const remedy = 'keep a copy of your own'
      return { class: 'breaking', where: `environment ${name}`, what: 'is gone', remedy }
    }),
    ...added.map((name): Finding => ({ class: 'feature', where: `environment ${name}`, what: 'is new' })),
  ]
}

function compareKubernetes({ chart: old }: Snapshot, { chart: now }: Snapshot): Finding[] {
  const [before, after] = [String(old.kubeVersion ?? 'any'), String(now.kubeVersion ?? 'any')]
  if (before === after) return []
  const least = (range: string) => /^>=\s*([\d.]+)\S*$/.exec(range)?.[1]
  const [was, is] = [least(before) ?? '0.0.0', least(after)]
  const wider = after === 'any' || (is !== undefined && compareVersions(is, was) <= 0 && before !== 'any')
  const what = `needs Kubernetes ${after}, not ${before}`
  if (wider) return [{ class: 'feature', where: 'Chart.yaml', what }]
  return [{ class: 'breaking', where: 'Chart.yaml', what, remedy: 'upgrade Kubernetes first' }]
}

// Nothing that is installed differs, but a version that was published must not change in any byte.
function compareFiles(old: Snapshot, now: Snapshot): Finding[] {
  const paths = diff(old.files, now.files).map(({ path }) => path)
  const telling = paths.filter((path) => old.version === now.version || path !== 'Chart.yaml')
  if (telling.length === 0) return []
  return [
    { class: 'fix', where: 'files', what: `differ, and nothing that is installed: ${telling.join(', ')}` },
  ]
}

function schemaOf({ files }: Snapshot): ValueSchema {
  const schema: unknown = JSON.parse(files.get('values.schema.json') ?? '{}')
  return isObject(schema) ? (schema as unknown as ValueSchema) : {}
}
