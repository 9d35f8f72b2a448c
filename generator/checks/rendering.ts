import { helmIsThere, type Renderable, renderAll } from '../helm/render.ts'
import type { Mistake } from '../text/mistake.ts'
import { toPointer } from '../text/pointer.ts'
import type { Source } from '../text/source.ts'
import { toYaml } from '../text/yaml.ts'
import { merged, placeOf } from './values.ts'

/**
 * Finds what the templates of charts refuse of values that their schema takes. Helm tells one at a time; undefined where
 * there is no helm to ask.
 */
export async function checkRendering(files: Source[], charts: Renderable[]): Promise<Mistake[] | undefined> {
  if (!(await helmIsThere())) return undefined
  const values = toYaml(merged(files))
  const mistakes: Mistake[] = []
  for (const chart of charts) {
    const rendering = (await renderAll(chart, new Map([['values', values]]))).get('values')
    if (rendering && 'refusal' in rendering) mistakes.push(mistakeOf(rendering.refusal, files))
  }
  return mistakes
}

// Each refusal of ours begins with the value that it is about.
function mistakeOf(refusal: string, files: Source[]): Mistake {
  const problem = refusal.replace(/^execution error at \(.*?\): /, '')
  const [path = ''] = /^[a-z]\w*(\.\w+)+/i.exec(problem) ?? []
  const pointer = path === '' ? '' : toPointer(path.split('.'))
  return { ...placeOf({ pointer }, files), ...(pointer === '' ? {} : { pointer }), problem }
}
