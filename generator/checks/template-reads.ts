/** A value that a Helm template reads: its path below `.Values`, and where. */
export interface Read {
  path: string[]
  line: number
  /** Whether the value was only entered, by `with` or a variable: its parts count when they are read themselves. */
  isEntered: boolean
}

// What `.` stands for in a block: the path of a value, if it is known.
type Dot = string[] | undefined

const ACTION = /\{\{-?\s*([\s\S]*?)\s*-?\}\}/g
const TOKEN = /(?<![)\w.])(\$\w*)?((?:\.\w+)+)|(?<![)\w.])(\$\w+)|(?<=^|[\s(])\.(?=$|[\s)|])/g
const EXACT = /^\$?\w*(\.\w+)+$/

/**
 * The values that a Helm template reads. `with` and variables are followed, so that `.tag` within `with .Values.image` is
 * image.tag. What is read as a whole, such as the map in `toYaml .Values.resources`, is read with all that is in it.
 */
export function readsIn(template: string): Read[] {
  const reads: Read[] = []
  const dots: Dot[] = []
  let names = new Map<string, string[]>()
  for (const { 1: action = '', 0: whole, index } of template.matchAll(ACTION)) {
    if (action.startsWith('/*')) continue
    const expression = withoutTexts(action)
    const [, keyword = '', rest = ''] =
      /^(?:(define|block|with|range|if|else|end)\b)?\s*([\s\S]*)$/.exec(expression) ?? []
    const at = index + whole.indexOf(action) + (expression.length - rest.length)
    const [, name, value = rest] = /^(\$\w+)\s*:?=\s*([\s\S]*)$/.exec(rest) ?? []
    const found = pathsIn(value, dots.at(-1), names)
    const exact = EXACT.test(value.trim()) ? found[0]?.path : undefined
    const isEntered = exact !== undefined && (keyword === 'with' || (keyword === '' && name !== undefined))
    for (const { path, offset } of found)
      reads.push({
        path,
        isEntered,
        line: template.slice(0, at + rest.length - value.length + offset).split('\n').length,
      })
    if (name !== undefined && keyword === '' && exact) names.set(name, exact)
    if (keyword === 'define') names = new Map()
    if (keyword === 'end') dots.pop()
    else if (keyword === 'else') dots.splice(-1, 1, dots.at(-2))
    else if (keyword === 'if') dots.push(dots.at(-1))
    else if (keyword !== '') dots.push(keyword === 'with' ? exact : undefined)
  }
  return reads
}

function pathsIn(
  expression: string,
  dot: Dot,
  names: Map<string, string[]>,
): { path: string[]; offset: number }[] {
  return [...expression.matchAll(TOKEN)].flatMap(({ 1: prefix = '', 2: keys = '', 3: name, index }) => {
    const parts = keys.split('.').slice(1)
    const values = parts.indexOf('Values')
    const known = name ?? prefix
    const base = values >= 0 ? [] : known === '' ? dot : names.get(known)
    // All values at once prove nothing of any.
    if (base === undefined || (base.length === 0 && parts.length === values + 1)) return []
    return [{ path: [...base, ...parts.slice(values + 1)], offset: index }]
  })
}

// As long as before, so that what follows stands where it stood.
function withoutTexts(action: string): string {
  return action.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, (text) => ' '.repeat(text.length))
}
