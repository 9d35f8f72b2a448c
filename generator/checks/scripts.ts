import type { Mistake } from '../text/mistake.ts'
import { basename, dirname } from '../text/paths.ts'
import { suggest } from '../text/suggest.ts'
import type { Sources } from '../values/sources.ts'

/** Each room of generator/pod, and those whose scripts its own may source: what restarts pods goes by the room. */
const ROOMS: Record<string, string[]> = {
  shared: ['shared'],
  server: ['shared', 'server'],
  keeper: ['shared', 'keeper'],
  topology: ['shared', 'topology'],
  jobs: ['shared', 'topology', 'jobs'],
}

interface Reference {
  file: string
  line: number
  name: string
  /** Whether the script runs in the shell of the one that names it. */
  isSourced: boolean
}

/** Finds what is wrong between the scripts of generator/pod, which all lie in one folder in a pod, and who runs them. */
export function checkScripts({ pod, templates }: Sources): Mistake[] {
  const paths = [...pod.keys()]
  const places = new Map(paths.map((path) => [basename(path), path]))
  const fromTemplates = [...templates].flatMap(([path, text]) =>
    referencesIn(text, `generator/templates/${path}`, /\/(?:pod|tmp)\/(?<name>[\w-]+\.sh)\b/g),
  )
  const byScript = new Map(
    [...pod].map(([path, text]) => [
      path,
      referencesIn(text, at(path), /(?<sourced>\. )?"(?:sh )?\$HERE\/(?<name>[\w-]+\.\w+)[" ]/g),
    ]),
  )
  const references = [...fromTemplates, ...[...byScript.values()].flat()]
  const reached = reach(fromTemplates, byScript, places)
  return [
    ...paths.flatMap((path) => checkPlace(path, places)),
    ...references.flatMap(({ file, line, name }) => {
      if (places.has(name)) return []
      return [{ file, line, problem: `there is no script ${name}`, fix: suggest(name, [...places.keys()]) }]
    }),
    ...[...byScript].flatMap(([path, own]) =>
      own.flatMap((one) => checkRooms(path, one, places.get(one.name))),
    ),
    ...paths.flatMap((path) => {
      if (reached.has(path) || places.get(basename(path)) !== path) return []
      return [{ file: at(path), problem: 'nothing runs or sources it', fix: 'source it, or remove it' }]
    }),
  ]
}

function referencesIn(text: string, file: string, pattern: RegExp): Reference[] {
  return text.split('\n').flatMap((content, index) => {
    if (/^\s*#/.test(content)) return []
    return [...content.matchAll(pattern)].map(({ groups = {} }) => ({
      file,
      line: index + 1,
      name: groups.name ?? '',
      isSourced: groups.sourced !== undefined,
    }))
  })
}

function reach(
  first: Reference[],
  byScript: Map<string, Reference[]>,
  places: Map<string, string>,
): Set<string> {
  const reached = new Set<string>()
  const left = [...first]
  for (let one = left.pop(); one; one = left.pop()) {
    const path = places.get(one.name)
    if (path === undefined || reached.has(path)) continue
    reached.add(path)
    left.push(...(byScript.get(path) ?? []))
  }
  return reached
}

function checkPlace(path: string, places: Map<string, string>): Mistake[] {
  const other = places.get(basename(path))
  if (!(dirname(path) in ROOMS))
    return [
      {
        file: at(path),
        problem: 'lies in no room',
        fix: `move it to one of ${Object.keys(ROOMS).join(', ')}`,
      },
    ]
  if (other === path || other === undefined) return []
  const problem = `has the name of ${at(other)}, and in a pod both lie in one folder`
  return [{ file: at(path), problem, fix: 'rename one of them' }]
}

function checkRooms(
  path: string,
  { line, name, isSourced }: Reference,
  other: string | undefined,
): Mistake[] {
  const may = ROOMS[dirname(path)]
  const room = dirname(other ?? '')
  if (!isSourced || !may || !(room in ROOMS) || may.includes(room)) return []
  const problem = `sources ${name} of ${room}/, whose scripts do not restart what runs here`
  return [{ file: at(path), line, problem, fix: `move ${name} to shared/` }]
}

const at = (path: string) => `generator/pod/${path}`
