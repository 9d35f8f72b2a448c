import { compareVersions } from '../text/version.ts'

/** How far a version is raised, the least first. */
export const BUMPS = ['patch', 'minor', 'major'] as const

/** How far a version is raised. */
export type Bump = (typeof BUMPS)[number]

/** What a change does to an installer, the gravest first. */
export const CLASSES = ['breaking', 'restarts pods', 'feature', 'fix'] as const

/** What a change does to an installer. */
export type Class = (typeof CLASSES)[number]

/**
 * How far changes raise a version at least: from 1.0.0 on a breaking change makes a major version, one that restarts pods or
 * adds something a minor one. Before that a breaking change makes a minor version, and everything else a patch.
 */
export function bumpFor(classes: Class[], version: string): Bump | undefined {
  const gravest = CLASSES.find((one) => classes.includes(one))
  if (gravest === undefined) return undefined
  const early = coreOf(version)[0] === 0
  if (gravest === 'breaking') return early ? 'minor' : 'major'
  return early || gravest === 'fix' ? 'patch' : 'minor'
}

/** How far one version is above another; undefined if it is not. A pre-release promises nothing to the next version. */
export function bumpBetween(older: string, newer: string): Bump | undefined {
  if (compareVersions(older, newer) >= 0) return undefined
  if (older.includes('-')) return 'major'
  const [before, after] = [coreOf(older), coreOf(newer)]
  if (after[0] !== before[0]) return 'major'
  return after[1] !== before[1] ? 'minor' : 'patch'
}

/** The version that follows by a bump: for a pre-release the one that it was for, if that is as high as the bump asks. */
export function raise(version: string, bump: Bump): string {
  const [major, minor, patch] = coreOf(version)
  const made = patch > 0 ? 'patch' : minor > 0 ? 'minor' : 'major'
  if (version.includes('-') && isEnough(made, bump)) return `${major}.${minor}.${patch}`
  if (bump === 'major') return `${major + 1}.0.0`
  return bump === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}

/** Whether one bump is as high as another, or higher. */
export function isEnough(made: Bump | undefined, needed: Bump | undefined): boolean {
  if (needed === undefined) return true
  return made !== undefined && BUMPS.indexOf(made) >= BUMPS.indexOf(needed)
}

function coreOf(version: string): [major: number, minor: number, patch: number] {
  const [major = 0, minor = 0, patch = 0] = (version.split(/[-+]/)[0] ?? '').split('.').map(Number)
  return [major, minor, patch]
}
