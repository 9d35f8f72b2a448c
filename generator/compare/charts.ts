import { isDeepStrictEqual } from 'node:util'
import { type Rendering, renderAll } from '../helm/render.ts'
import { type Bump, bumpBetween, bumpFor, isEnough, raise } from '../release/bump.ts'
import { isObject } from '../text/json.ts'
import { refuse, UserError } from '../text/mistake.ts'
import { differences } from '../text/trees.ts'
import { parseYaml } from '../text/yaml.ts'
import type { ValueSchema } from '../values/schema.ts'
import { compareChartYaml } from './chart-yaml.ts'
import { type Finding, gather } from './finding.ts'
import { compareManifests } from './manifests.ts'
import { compareEnvironmentNames, environmentsOf, scenariosOf } from './scenarios.ts'
import type { Snapshot } from './snapshot.ts'
import { compareValues } from './values.ts'

/** All that differs for an installer between two versions of a chart, and what that asks of the new version. */
export interface Comparison {
  old: Snapshot
  now: Snapshot
  findings: Finding[]
  needed: Bump | undefined
  /** Whether the new version is high enough, or is still to be raised. */
  enough: boolean
}

/** Compares two versions of a chart; needs Helm to render them. */
export async function compareCharts(old: Snapshot, now: Snapshot): Promise<Comparison> {
  const findings = [
    ...compareChartYaml(old, now),
    ...compareEnvironmentNames(old, now),
    ...compareValues(valuesSchemaOf(old), valuesSchemaOf(now)),
    ...(await compareRenderings(old, now)),
  ]
  const all = findings.length > 0 ? findings : compareFiles(old, now)
  const needed = bumpFor(
    all.map((finding) => finding.class),
    old.version,
  )
  // The version is raised at a release: until then nothing is expected of it.
  const isRaised = old.version !== now.version
  const enough = !isRaised || isEnough(bumpBetween(old.version, now.version), needed)
  return { old, now, findings: all, needed, enough }
}

/** What a comparison asks of the new version, in a sentence. */
export function verdict({ old, now, findings, needed, enough }: Comparison): string {
  const versions = `${now.name} ${old.version} → ${now.version}`
  if (needed === undefined) return `${versions}: nothing differs for an installer`
  const why = findings.some((finding) => finding.class === 'breaking') ? 'breaking changes' : 'what changed'
  const least = raise(old.version, needed)
  if (old.version === now.version)
    return `${now.name} ${now.version}: for ${why} the next release is ${least} or later`
  if (enough) return `${versions}: ${needed === 'patch' ? 'high enough' : `high enough for ${why}`}`
  return `${versions}: too low, ${why} needs at least ${least}`.replace('changes needs', 'changes need')
}

async function compareRenderings(old: Snapshot, now: Snapshot): Promise<Finding[]> {
  const values = new Map([...environmentsOf(old), ...scenariosOf(old)])
  const names = [...values.keys()]
  const before = await renderAll(old, values)
  const after = await renderAll(now, new Map([...values, ...environmentsOf(now)]))
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

// Nothing differs in what was rendered, but a version that was published must not change in any byte.
function compareFiles(old: Snapshot, now: Snapshot): Finding[] {
  const sameChart = old.version !== now.version || isDeepStrictEqual(old.chart, now.chart)
  const paths = differences(old.files, now.files).map(({ path }) => path)
  const telling = paths.filter((path) => path !== 'Chart.yaml' || !sameChart)
  const templates = telling.filter((path) => path.startsWith('templates/'))
  const others = telling.filter((path) => !path.startsWith('templates/'))
  const found = (what: string, of: string[]): Finding[] =>
    of.length === 0 ? [] : [{ class: 'fix', where: 'files', what: `${what}: ${of.join(', ')}` }]
  return [
    ...found('differ, which shows with other values than those here, if at all; read them', templates),
    ...found('differ, and nothing that is installed', others),
  ]
}

function valuesSchemaOf({ name, files }: Snapshot): ValueSchema {
  const parsed = parseYaml(files.get('values.schema.json') ?? '{}', `${name}: values.schema.json`)
  if ('mistake' in parsed) refuse([parsed.mistake])
  const schema = 'data' in parsed ? parsed.data : undefined
  return isObject(schema) ? (schema as unknown as ValueSchema) : {}
}
