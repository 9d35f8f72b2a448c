import { compareVersions, isVersion } from '../text/version.ts'
import type { Finding } from './finding.ts'
import type { Snapshot } from './snapshot.ts'

/** What two versions of a chart say of themselves, as far as it matters to an installer. */
export function compareChartYaml(old: Snapshot, now: Snapshot): Finding[] {
  return [...compareKubernetes(old, now), ...compareEngine(old, now)]
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

// No server opens the files of a newer one for certain, so the preflight refuses to go back.
function compareEngine({ chart: old }: Snapshot, { chart: now }: Snapshot): Finding[] {
  if (!isVersion(old.appVersion) || !isVersion(now.appVersion)) return []
  if (compareVersions(old.appVersion, now.appVersion) <= 0) return []
  const what = `brings version ${now.appVersion} of the engine, older than ${old.appVersion}`
  return [{ class: 'breaking', where: 'Chart.yaml', what, remedy: 'set image.tag to the version that runs' }]
}
