import type { Json } from './json.ts'
import type { Mistake } from './mistake.ts'

/** An input: its data, for a document in prose its text, or the mistake that keeps it from being read. */
export interface Source {
  /** The path that messages show. */
  file: string
  /** The file's name without its ending. */
  name: string
  /** As it was written; empty if it cannot be read. */
  text: string
  data: Json | undefined
  mistake?: Mistake
}
