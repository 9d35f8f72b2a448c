import { relative } from 'node:path'

/** Writes a path as a person in the current folder would type it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' ? '.' : short.startsWith('../..') ? path : short
}
