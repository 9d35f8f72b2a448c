import { readFileSync } from 'node:fs'
import { enginesOf } from '../kube/images.ts'

/** What of an engine a test can depend on; a file of the level engine says which in its first lines: `// depends on: moves answers`. */
const aspects = {
  nothing: 'it only needs servers that answer',
  protocol: 'how nodes see, elect and replace each other',
  formats: 'what a server writes to its volume, and how it starts from that',
  moves: 'how slots move',
  answers: 'which settings, commands and words a server knows',
}
type Aspect = keyof typeof aspects

/** The engines that a run of tests is for. */
export interface Engines {
  /** As in `valkey 9.1`, the newest first; an empty name is this machine's own. */
  names: string[]
  /** Whether each runs only the files that tell something new of it. */
  sparing: boolean
}

/**
 * The engines that `--engines` asks for: by their names; `all`, which there are images of; or `newest`, the same without what is
 * alike. Without the option this machine's own. A name without an image is an error: its tests would run on another engine.
 */
export async function enginesFor(asked: string | undefined): Promise<Engines> {
  if (asked === undefined) return { names: [''], sparing: false }
  const known = await enginesOf()
  if (asked === 'newest' || asked === 'all') return { names: known, sparing: asked === 'newest' }
  const names = asked.split(',').map((name) => name.trim())
  for (const name of names)
    if (!known.includes(name)) throw new Error(`there is no image of ${name}; there are ${known.join(', ')}`)
  return { names, sparing: false }
}

/** The tools for these engines, of those that their level needs: if servers come out of images, Docker in the place of an engine. */
export function toolsOn({ names }: Engines, tools: string[]): string[] {
  return names[0] === '' ? tools : tools.map((tool) => (tool === 'engine' ? 'docker' : tool))
}

/** A file, and the engine it runs on. */
export interface FileRun {
  file: string
  engine: string
}

/** Which files run on which engines. If a file does not say what it depends on, that is an error. */
export function runsOn({ names, sparing }: Engines, files: string[]): FileRun[] {
  if (names[0] === '') return files.map((file) => ({ file, engine: '' }))
  const depending = files.map((file) => ({ file, depends: dependsOn(file) }))
  return names.flatMap((engine) => {
    const wanted = wantedOn(engine, names, sparing)
    return depending
      .filter(({ depends }) => depends.some((aspect) => wanted.includes(aspect)))
      .map(({ file }) => ({ file, engine }))
  })
}

/**
 * The aspects that an engine is tested for. Two cores take ten minutes for everything on one engine, so a sparing run has
 * everything on the newest Redis alone, what two engines write and say on the newest Valkey, and what they say on the others. How
 * slots move on each engine is seen by the level versions.
 */
function wantedOn(engine: string, names: string[], sparing: boolean): Aspect[] {
  const everything = Object.keys(aspects) as Aspect[]
  const newest = (kind: string) => names.find((name) => name.startsWith(`${kind} `))
  if (engine === (newest('redis') ?? names[0])) return everything
  if (!sparing) return everything.filter((aspect) => aspect !== 'nothing')
  return engine === newest('valkey') ? ['formats', 'answers'] : ['answers']
}

function dependsOn(file: string): Aspect[] {
  const [, said = ''] = /^\/\/ depends on: (.*)$/m.exec(readFileSync(file, 'utf8').slice(0, 500)) ?? []
  const words = said.split(' ').filter((word): word is Aspect => word in aspects)
  if (words.length === 0 || words.join(' ') !== said)
    throw new Error(
      `${file} does not say what of the engine it depends on: begin it with "// depends on: " and some of ${Object.keys(aspects).join(', ')}`,
    )
  return words
}
