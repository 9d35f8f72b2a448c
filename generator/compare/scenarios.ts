import type { Finding } from './finding.ts'
import type { Snapshot } from './snapshot.ts'

const DEFAULTS = 'defaults'

/** The values to render with, by name: none at all, and the environments that come with the chart. */
export function environmentsOf(chart: Snapshot): Map<string, string> {
  return new Map([[DEFAULTS, '{}\n'], ...valuesIn(chart, /^environments\/(.+)\.ya?ml$/)])
}

/** Values that stand for those of installers, by name: what chart-testing installs. */
export function scenariosOf(chart: Snapshot): Map<string, string> {
  return new Map(valuesIn(chart, /^ci\/(.+)-values\.yaml$/).map(([name, text]) => [`ci-${name}`, text]))
}

function valuesIn({ files }: Snapshot, where: RegExp): [name: string, text: string][] {
  return [...files].flatMap(([path, text]) => {
    const name = where.exec(path)?.[1]
    return name === undefined ? [] : [[name, text]]
  })
}

/** The environments that came or went. */
export function compareEnvironmentNames(old: Snapshot, now: Snapshot): Finding[] {
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
