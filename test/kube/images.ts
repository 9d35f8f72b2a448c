import { readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import { ranOn } from '../runner/setting.ts'
import { loadImages } from './kind.ts'
import { clusterName } from './shared-cluster.ts'

/** An image as the tests know it: what it is for, and which of its tags. */
export interface Image {
  repository: string
  tag: string
}

type Table = Record<string, { repository: string; tags: Record<string, string> } | undefined>

let table: Promise<Table> | undefined

const tableFile = () => process.env.TEST_IMAGES || 'test/images.yaml'

function readTable(): Promise<Table> {
  table ??= readFile(tableFile(), 'utf8').then((text) => load(text) as Table)
  return table
}

/** Finds an image in the table that TEST_IMAGES names, or in the committed one of official images. */
export async function findImage(purpose: string, age = 'current'): Promise<Image> {
  const entry = (await readTable())[purpose]
  const tag = entry?.tags[age]
  if (!entry || !tag) throw new Error(`${tableFile()} has no image ${purpose} ${age}`)
  return { repository: entry.repository, tag }
}

/** Finds the image of a version, such as 8.1 for any 8.1.x, whatever its age; none where the table has none. */
export async function findVersion(engine: string, version: string): Promise<Image | undefined> {
  for (const purpose of [engine, `${engine}-versions`]) {
    const { repository = '', tags = {} } = (await readTable())[purpose] ?? {}
    const tag = Object.values(tags).find((one) => one === version || /^\.\d+$/.test(one.replace(version, '')))
    if (tag) return { repository, tag }
  }
  return undefined
}

/** The engines of the table, each once, as in `valkey 9.1`, the newest first. */
export async function enginesOf(): Promise<string[]> {
  const found: string[] = []
  for (const engine of ['redis', 'valkey'])
    for (const purpose of [engine, `${engine}-versions`]) {
      const tags = Object.values((await readTable())[purpose]?.tags ?? {})
      const versions = tags.flatMap((tag) => (tag.endsWith('-alpine') ? [] : (/^\d+\.\d+/.exec(tag) ?? [])))
      found.push(...versions.map((version) => `${engine} ${version}`))
    }
  const newestFirst = (a: string, b: string) => b.localeCompare(a, 'en', { numeric: true })
  return [...new Set(found)].sort(newestFirst)
}

const onNodes = new Map<string, Promise<unknown>>()

/** Sees to it that the shared cluster can run an image, and returns the name it has there. */
export async function imageInCluster(purpose: string, age?: string): Promise<string> {
  const { repository, tag } = await findImage(purpose, age)
  const name = `${repository}:${tag}`
  // Official images are pulled by the nodes; those of a table of one's own need not be in any registry.
  if (process.env.TEST_IMAGES && !onNodes.has(name)) onNodes.set(name, loadImages(clusterName(), [name]))
  await onNodes.get(name)
  if (purpose !== 'client') ranOn(`${purpose} ${tag}`, 'cluster')
  return name
}

/** The tags there are for a purpose, by age: what a matrix runs through. */
export async function agesOf(purpose: string): Promise<string[]> {
  await findImage(purpose)
  return Object.keys((await readTable())[purpose]?.tags ?? {})
}
