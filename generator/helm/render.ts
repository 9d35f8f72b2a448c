import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { YAMLException } from 'js-yaml'
import { replaceFolder } from '../files/write.ts'
import { isObject, type JsonObject } from '../text/json.ts'
import { UserError } from '../text/mistake.ts'
import type { Tree } from '../text/trees.ts'
import { parseYamlAll } from '../text/yaml.ts'

const run = promisify(execFile)

/** A chart, as far as Helm is concerned. */
export interface Renderable {
  name: string
  files: Tree
}

/** The objects that Helm makes of a chart, or the words with which it refuses to. */
export type Rendering = { objects: JsonObject[] } | { refusal: string }

/** Renders a chart by Helm with each of several values files, by the name of what they are for. */
export async function renderAll(
  { name, files }: Renderable,
  values: Map<string, string>,
): Promise<Map<string, Rendering>> {
  const folder = await mkdtemp(join(tmpdir(), 'render-'))
  try {
    const chart = join(folder, name)
    await replaceFolder(chart, files)
    await replaceFolder(
      join(folder, 'values'),
      new Map([...values].map(([of, text]) => [`${of}.yaml`, text])),
    )
    const renderings = new Map<string, Rendering>()
    for (const of of values.keys())
      renderings.set(of, await template(chart, join(folder, 'values', `${of}.yaml`)))
    return renderings
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Whether there is a helm to render with. */
export async function helmIsThere(): Promise<boolean> {
  return run('helm', ['version', '--short']).then(
    () => true,
    () => false,
  )
}

async function template(chart: string, values: string): Promise<Rendering> {
  // A version of one's own choice, because that of Helm differs from build to build.
  const args = ['template', 'release', chart, '--values', values, '--kube-version', '1.37.0']
  try {
    const { stdout } = await run('helm', args, { maxBuffer: 64 * 1024 * 1024 })
    return { objects: parseYamlAll(stdout).filter(isObject) }
  } catch (error) {
    if (error instanceof YAMLException)
      return { refusal: `it renders what is not valid YAML: ${error.reason}` }
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
    if (code === 'ENOENT')
      throw new UserError(
        'compare renders the charts by helm, which is not on PATH; install Helm 3.14 or later',
      )
    if (stderr === '') throw error
    return { refusal: sentence(stderr, dirname(chart)) }
  }
}

// What Helm says on several lines with paths of ours, in one line without them.
function sentence(stderr: string, folder: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const told = lines.filter((line) => line !== '' && !/^(WARNING|Use --debug)/i.test(line))
  return told
    .join(' ')
    .replaceAll(`${folder}/`, '')
    .replace(/^Error: /, '')
}
