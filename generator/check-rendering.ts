import type { RenderedChart } from './charts.ts'
import { merged, placeOf } from './check-values.ts'
import { helmIsThere, renderAll } from './compare/rendering.ts'
import { ofRendered } from './compare/snapshot.ts'
import type { Source } from './load.ts'
import type { Mistake } from './mistake.ts'
import { toPointer } from './pointer.ts'
import { toYaml } from './yaml.ts'

/**
 * Finds what the templates of charts refuse of values that their schema takes. Helm tells one at a time; undefined where
 * there is no helm to ask.
 */
export async function checkRendering(
  files: Source[],
  charts: RenderedChart[],
): Promise<Mistake[] | undefined> {
  if (!(await helmIsThere())) return undefined
  const values = toYaml(merged(files))
  const mistakes: Mistake[] = []
  for (const chart of charts) {
    const rendering = (await renderAll(ofRendered(chart), new Map([['values', values]]))).get('values')
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
