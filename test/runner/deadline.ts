/** Settles as `work` does, or rejects after `ms` milliseconds and says what it waited for. */
export async function within<T>(ms: number, what: string, work: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Lets `ms` milliseconds pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** How often to look, and for how long, in milliseconds. */
export interface Patience {
  deadline: number
  every?: number
}

/**
 * Asks `probe` again and again until it returns something, and returns that. A probe that is not content says through
 * `see` what it saw; one that throws has seen its error. After the deadline the last of it stands in the error.
 */
export async function eventually<T>(
  what: string,
  { deadline, every = 250 }: Patience,
  probe: (see: (seen: string) => void) => Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + deadline
  let last = 'nothing yet'
  while (performance.now() < end) {
    try {
      const left = Math.max(1, end - performance.now())
      const found = await within(
        left,
        'one look',
        probe((seen) => {
          last = seen
        }),
      )
      if (found !== undefined) return found
    } catch (error) {
      // Cut off by the deadline, a look has nothing to say that the one before it has not said better.
      if (performance.now() < end) last = error instanceof Error ? error.message : String(error)
    }
    await pause(every)
  }
  throw new Error(`waited ${deadline / 1000} s for ${what}; last seen: ${last}`)
}
