import { createTwoFilesPatch } from 'diff'

/** Texts by their path, with slashes, below the folder they were read from. */
export type Tree = Map<string, string>

/** A file that differs between what is there and what should be. */
export interface Difference {
  path: string
  kind: 'added' | 'changed' | 'removed'
  before: string | undefined
  after: string | undefined
}

/** Compares two trees; sorted by path. */
export function differences(before: Tree, after: Tree): Difference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)]
    if (old === now) return []
    const kind = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed'
    return [{ path, kind, before: old, after: now }]
  })
}

/** Writes a difference as a unified diff. */
export function patch({ path, before, after }: Difference): string {
  const names = [
    before === undefined ? '/dev/null' : `a/${path}`,
    after === undefined ? '/dev/null' : `b/${path}`,
  ]
  const text = createTwoFilesPatch(names[0] ?? '', names[1] ?? '', before ?? '', after ?? '', '', '', {
    context: 3,
  })
  return text.replace(/^=+\n/, '')
}

/** Counts differences in words, such as "1 added, 2 changed". */
export function summary(all: Difference[]): string {
  const kinds = ['added', 'changed', 'removed'] as const
  const counts = kinds.map((kind) => [all.filter((one) => one.kind === kind).length, kind] as const)
  return counts.flatMap(([count, kind]) => (count > 0 ? `${count} ${kind}` : [])).join(', ')
}
