import type { Changelog } from '../text/changelog.ts'
import type { Source } from '../text/source.ts'
import type { Tree } from '../text/trees.ts'

/** All that the charts are made of, as it lies on disk. */
export interface Sources {
  topics: Source[]
  flavours: Source[]
  environments: Source[]
  order: Source
  changes: Source[]
  /** What an upgrade cannot change. */
  fixed: Source
  /** What the server's configuration may not hold beside the chart's own. */
  directives: Source
  meta: { topic: Source; topics: Source; flavour: Source; fixed: Source; directives: Source; change: Source }
  changelog: Source
  /** What the changelog says. */
  log: Changelog
  package: Source
  templates: Tree
  /** The scripts that run in the pods, each in the room of who runs it. */
  pod: Tree
  license: Source
}
