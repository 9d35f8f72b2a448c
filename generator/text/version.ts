/** Whether a value is a semantic version, as Helm wants it. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(value)
}

/** Orders semantic versions, the older first; a pre-release comes before its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)]
  return (
    comparePart(left.numbers, right.numbers) ||
    // No pre-release at all is newer than any.
    Number(left.pre.length === 0) - Number(right.pre.length === 0) ||
    comparePart(left.pre, right.pre)
  )
}

function parse(version: string): { numbers: string[]; pre: string[] } {
  const [core = '', ...pre] = (version.split('+')[0] ?? '').split('-')
  return { numbers: core.split('.'), pre: pre.length === 0 ? [] : pre.join('-').split('.') }
}

function comparePart(a: string[], b: string[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    if (one !== other) return compareIdentifiers(one, other)
  }
  return a.length - b.length
}

// Numbers come before words, and are compared as numbers.
function compareIdentifiers(a: string, b: string): number {
  const [numberA, numberB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (numberA && numberB) return Number(a) - Number(b)
  return numberA === numberB ? (a < b ? -1 : 1) : numberA ? -1 : 1
}
