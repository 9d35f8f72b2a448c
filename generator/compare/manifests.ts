import { isObject, type JsonObject } from '../text/json.ts'
import { differencesOf, type PathDifference } from './differences.ts'
import { type Effect, effectOf } from './effects.ts'
import type { Finding } from './finding.ts'

/** What an upgrade does to the objects of a release: two renderings with the same values compared. */
export function compareManifests(old: JsonObject[], now: JsonObject[]): Finding[] {
  const [before, after] = [byName(old), byName(now)]
  const removed = [...before.keys()].filter((name) => !after.has(name))
  const added = [...after.keys()].filter((name) => !before.has(name))
  const kept = [...before.keys()].filter((name) => after.has(name))
  return [
    ...removed.map((name) => removedObject(name, removed, added)),
    ...added.map(addedObject),
    ...kept.flatMap((name) => compareObject(name, before.get(name) ?? {}, after.get(name) ?? {})),
  ]
}

// Without any policy everything gets through, so the first one narrows. Another beside it widens, but whether it is beside one
// only its owner can see.
function addedObject(name: string): Finding {
  if (!name.startsWith('NetworkPolicy ')) return { class: 'feature', where: name, what: 'is new' }
  const remedy = 'see whether it lets your clients through'
  return { class: 'breaking', where: name, what: 'is new, and lets through only what it names', remedy }
}

function byName(objects: JsonObject[]): Map<string, JsonObject> {
  return new Map(
    objects.map((object) => [
      `${object.kind} ${isObject(object.metadata) ? object.metadata.name : ''}`,
      object,
    ]),
  )
}

// If exactly one object of a kind disappears and one appears, it was renamed.
function removedObject(name: string, removed: string[], added: string[]): Finding {
  const kind = name.split(' ')[0]
  const ofKind = (names: string[]) => names.filter((one) => one.startsWith(`${kind} `))
  const [follower] = ofKind(removed).length === 1 && ofKind(added).length === 1 ? ofKind(added) : []
  if (!follower && kind === 'NetworkPolicy')
    return { class: 'feature', where: name, what: 'is gone, and what it kept away gets through' }
  if (!follower)
    return { class: 'breaking', where: name, what: 'is gone', remedy: 'whatever names it finds nothing' }
  const data =
    kind === 'StatefulSet' ? 'its pods start anew, without their volumes' : 'the old name leads nowhere'
  return { class: 'breaking', where: name, what: `is called ${follower.split(' ')[1]} now`, remedy: data }
}

function compareObject(name: string, before: JsonObject, after: JsonObject): Finding[] {
  const kind = String(after.kind)
  const effects = new Map<string, { effect: Effect; differences: PathDifference[] }>()
  for (const difference of differencesOf(before, after)) {
    const effect = effectOf(kind, difference, isHook(after))
    if (!effect) continue
    const key = JSON.stringify(effect)
    const { differences } = effects.get(key) ?? { differences: [] }
    effects.set(key, { effect, differences: [...differences, difference] })
  }
  return [...effects.values()].map(({ effect, differences }) => {
    const { class: grade, what, remedy } = effect
    const shown = telling(differences)
    // What a Secret holds is nobody's to read.
    const change = kind === 'Secret' ? undefined : changeOf(shown)
    const finding = { class: grade, where: name, what: `${what}: ${some(shown)}` }
    return { ...finding, ...(change ? { change } : {}), ...(remedy ? { remedy } : {}) }
  })
}

function isHook({ metadata }: JsonObject): boolean {
  const annotations = isObject(metadata) ? metadata.annotations : undefined
  return isObject(annotations) && 'helm.sh/hook' in annotations
}

// The revision follows from all else in a pod, so it is told only if it is alone.
function telling(differences: PathDifference[]): PathDifference[] {
  const others = differences.filter(({ path }) => !path.join('.').endsWith('.env.REVISION.value'))
  return others.length > 0 ? others : differences
}

function some(differences: PathDifference[]): string {
  const paths = differences.map(({ path }) => path.join('.'))
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  return paths.slice(0, 3).join(', ') + more
}

/** The old and the new value of one difference, unless they are long; the new ones of several would say too much. */
function changeOf([first, ...others]: PathDifference[]): string | undefined {
  if (!first || others.length > 0) return undefined
  const [old, now] = [first.before, first.after].map((value) =>
    value === undefined ? 'nothing' : JSON.stringify(value),
  )
  return `${old}${now}`.length > 80 ? undefined : `(${old} → ${now})`
}
