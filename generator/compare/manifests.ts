import { isObject, type JsonObject } from '../text/json.ts'
import { differencesOf } from './differences.ts'
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
    ...added.map((name): Finding => ({ class: 'feature', where: name, what: 'is new' })),
    ...kept.flatMap((name) => compareObject(name, before.get(name) ?? {}, after.get(name) ?? {})),
  ]
}

function byName(objects: JsonObject[]): Map<string, JsonObject> {
  return new Map(
    objects.map((object) => [
      `${object.kind} ${isObject(object.metadata) ? object.metadata.name : ''}`,
      object,
    ]),
  )
}

// One that goes where one of the same kind comes has another name, as far as anybody can tell.
function removedObject(name: string, removed: string[], added: string[]): Finding {
  const kind = name.split(' ')[0]
  const ofKind = (names: string[]) => names.filter((one) => one.startsWith(`${kind} `))
  const [follower] = ofKind(removed).length === 1 && ofKind(added).length === 1 ? ofKind(added) : []
  if (!follower)
    return { class: 'breaking', where: name, what: 'is gone', remedy: 'whatever names it finds nothing' }
  const data =
    kind === 'StatefulSet' ? 'its pods start anew, without their volumes' : 'the old name leads nowhere'
  return { class: 'breaking', where: name, what: `is called ${follower.split(' ')[1]} now`, remedy: data }
}

function compareObject(name: string, before: JsonObject, after: JsonObject): Finding[] {
  const kind = String(after.kind)
  const effects = new Map<string, { effect: Effect; paths: string[] }>()
  for (const difference of differencesOf(before, after)) {
    const effect = effectOf(kind, difference, isHook(after))
    if (!effect) continue
    const key = JSON.stringify(effect)
    const { paths } = effects.get(key) ?? { paths: [] }
    effects.set(key, { effect, paths: [...paths, difference.path.join('.')] })
  }
  return [...effects.values()].map(({ effect, paths }) => {
    const { class: kind, what, remedy } = effect
    return { class: kind, where: name, what: `${what}: ${some(paths)}`, ...(remedy ? { remedy } : {}) }
  })
}

function isHook({ metadata }: JsonObject): boolean {
  const annotations = isObject(metadata) ? metadata.annotations : undefined
  return isObject(annotations) && 'helm.sh/hook' in annotations
}

// The revision follows from all else in a pod, so it is told only where it is alone.
function some(paths: string[]): string {
  const telling = paths.filter((path) => !path.endsWith('.env.REVISION.value'))
  const shown = telling.length > 0 ? telling : paths
  const more = shown.length > 3 ? ` and ${shown.length - 3} more` : ''
  return shown.slice(0, 3).join(', ') + more
}
