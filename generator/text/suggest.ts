import { closestMatch } from 'leven'

/** Names the candidate that was probably meant, or else all of them. */
export function suggest(given: string, candidates: string[]): string {
  const meant = closestMatch(given, candidates, { maxDistance: Math.ceil(given.length / 3) })
  if (meant !== undefined) return `did you mean "${meant}"?`
  return candidates.length === 0
    ? 'remove it'
    : `use one of ${candidates.map((name) => `"${name}"`).join(', ')}`
}
