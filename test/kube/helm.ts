import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Result, run } from '../runner/command.ts'
import type { Values } from './values.ts'

/** A release under test. */
export interface Release {
  name: string
  namespace: string
  flavour: string
  /** The program: `helm`, or `helm4`. */
  helm: string
  /** What its objects are called. */
  fullname: string
}

/** Names a release of a chart; nothing is installed yet. */
export function release(flavour: string, namespace: string, { name = 'r', helm = 'helm' } = {}): Release {
  const whole = name.includes(flavour) ? name : `${name}-${flavour}`
  const fullname = whole.slice(0, 52).replace(/-$/, '')
  return { name, namespace, flavour, helm, fullname }
}

/** Where a flavour's chart lies. */
export const chartOf = (flavour: string) => path.join('chart', flavour)

/** Installs; `args` are Helm's own, such as `--wait`. */
export const install = (of: Release, values: Values, args: string[] = []) =>
  withValues(values, (file) => helm(of, ['install', of.name, chartOf(of.flavour), '--values', file, ...args]))

/** Upgrades to these values, and no others: what is not said is the chart's default again. */
export const upgrade = (of: Release, values: Values, args: string[] = []) =>
  withValues(values, (file) => helm(of, ['upgrade', of.name, chartOf(of.flavour), '--values', file, ...args]))

/** Rolls back to a revision, or to the one before. */
export const rollback = (of: Release, revision?: number, args: string[] = []) =>
  helm(of, ['rollback', of.name, ...(revision ? [`${revision}`] : []), ...args])

/** Uninstalls. */
export const uninstall = (of: Release, args: string[] = []) => helm(of, ['uninstall', of.name, ...args])

/** Runs the release's own test. Its log comes by the chart's hook-output-log-policy: the Job is gone when --logs would ask. */
export const testRelease = (of: Release, args: string[] = []) => helm(of, ['test', of.name, ...args])

/** Runs Helm on a release in its namespace; how it ends is for the caller to judge. */
export function helm(of: Release, [verb = '', ...args]: string[], deadline = 900_000): Promise<Result> {
  return run(of.helm, [verb, '--namespace', of.namespace, ...args], { deadline })
}

/** How a chart is rendered: by which Helm, under which release name, with which further arguments. */
export interface Rendering {
  helm?: string
  name?: string
  args?: string[]
}

/** Renders a flavour's chart without a cluster, for a Kubernetes version that a Helm built from source need not know. */
export const template = (
  flavour: string,
  values: Values,
  { helm = 'helm', name = 'r', args = [] }: Rendering = {},
) =>
  withValues(values, (file) =>
    run(helm, ['template', name, chartOf(flavour), '--values', file, '--kube-version', '1.34.0', ...args]),
  )

async function withValues<T>(values: Values, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'values-'))
  try {
    const file = path.join(folder, 'values.json')
    await writeFile(file, JSON.stringify(values))
    return await use(file)
  } finally {
    await rm(folder, { recursive: true })
  }
}
