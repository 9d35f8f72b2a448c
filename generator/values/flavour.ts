import type { JsonObject } from '../text/json.ts'
import type { Sources } from './sources.ts'

/** What sets one chart apart from the other, as schema/flavours says it and schema/meta/flavour.yaml checks it. */
export interface Flavour {
  name: string
  version: string
  engine: 'redis' | 'valkey'
  title: string
  home: string
  description: string
  keywords: string[]
  engineVersions: { default: string; oldest: string; tested: string }
  /** Laid over the defaults in schema/values. */
  defaults: JsonObject & { image: Image }
  cli: string
  directives: { since: string; line: string }[]
}

/** Where an engine's official image is. */
export type Image = { registry: string; repository: string; tag: string }

/** The flavours of valid sources, sorted by name. */
export function flavoursOf(sources: Sources): Flavour[] {
  return sources.flavours.map(({ data }) => data as unknown as Flavour)
}
