import { valuesTable } from './documents/values-table.ts'
import type { Change } from './text/changelog.ts'
import { isObject, type Json } from './text/json.ts'
import { type Refused, refusedOf } from './values/directives.ts'
import { type Environment, environmentOf } from './values/environment.ts'
import { type Fixed, fixedOf } from './values/fixed.ts'
import { type Flavour, flavoursOf, type Image } from './values/flavour.ts'
import { overDefaults } from './values/merge.ts'
import { defaultOf, type ValueSchema, withDefaults, withRequired } from './values/schema.ts'
import type { Sources } from './values/sources.ts'
import { schemaOf } from './values/topics.ts'

/** All that a template may name in `<% %>`: the flavour's fields, and what follows from them. */
export interface ChartContext extends Flavour {
  /** The official image, from the flavour's defaults. */
  image: Image
  /** A Markdown table of all values. */
  valuesTable: string
  /** The values for dev, staging and production, in the order of their size. */
  environments: Environment[]
  /** What an upgrade cannot change. */
  fixed: Fixed[]
  /** What cluster.extraConfig may not hold. */
  refused: Refused[]
  /** What the changelog tells of this version, and the day it was released. */
  changes: Change[]
  released: string
  containsSecurityUpdates: boolean
  /** Whether more of it may change than of a version that is final. */
  prerelease: boolean
  /** From package.json. */
  project: { homepage: string; repository: string; license: string; signingKey: string }
}

/** A chart before it is rendered: what its templates see, and the schema of its values with this chart's defaults. */
export interface Chart {
  context: ChartContext
  schema: ValueSchema
}

/** Makes a chart of each flavour. The sources must be valid. */
export function resolve(sources: Sources): Chart[] {
  const schema = schemaOf(sources)
  return flavoursOf(sources).map((flavour) => {
    const defaults = overDefaults(defaultOf(schema), flavour.defaults)
    const resolved = withRequired(withDefaults(schema, defaults))
    const environments = sources.environments.map((source) => environmentOf(source, resolved))
    const { released = '', changes = [] } =
      sources.log.releases.find(({ version }) => version === flavour.version) ?? {}
    return {
      context: {
        ...flavour,
        image: flavour.defaults.image,
        valuesTable: valuesTable(resolved),
        fixed: fixedOf(sources),
        refused: refusedOf(sources),
        environments: environments.sort((a, b) => a.pods - b.pods),
        changes,
        released,
        containsSecurityUpdates: changes.some(({ kind }) => kind === 'security'),
        prerelease: /^0\.|-/.test(flavour.version),
        project: publicFacts(sources.package.data),
      },
      schema: resolved,
    }
  })
}

function publicFacts(data: Json | undefined): ChartContext['project'] {
  const { homepage, repository, license, signingKey = '' } = isObject(data) ? data : {}
  const url = isObject(repository) ? repository.url : repository
  return {
    homepage: String(homepage),
    repository: String(url)
      .replace(/^git\+/, '')
      .replace(/\.git$/, ''),
    license: String(license),
    signingKey: String(signingKey),
  }
}
