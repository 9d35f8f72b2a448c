/** Texts by the name of the file they are to be saved in. */
export type Evidence = Record<string, string>

/** What lives as long as a test, or as a suite. */
export interface Scope {
  /** Runs when the scope ends, whatever the outcome; the last one deferred runs first. */
  defer(cleanup: () => unknown): void
  /** Gathers texts that explain a failure; called when a test in this scope fails, before anything is cleaned up. */
  onFailure(gather: () => Evidence | Promise<Evidence>): void
}

/** A scope with the means to end it. */
export interface OpenScope extends Scope {
  evidence(): Promise<Evidence>
  /** Runs every cleanup, even after one has failed, and returns what went wrong. */
  close(): Promise<Error | undefined>
}

/** Turns whatever was thrown into an Error: uvu counts a test that throws anything else as passed. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}`)
}

/** Opens a scope. */
export function openScope(): OpenScope {
  const cleanups: (() => unknown)[] = []
  const gatherers: (() => Evidence | Promise<Evidence>)[] = []
  return {
    defer: (cleanup) => void cleanups.push(cleanup),
    onFailure: (gather) => void gatherers.push(gather),

    async evidence() {
      const all: Evidence = {}
      for (const gather of gatherers) {
        try {
          Object.assign(all, await gather())
        } catch (error) {
          all['evidence-not-gathered.txt'] = `${asError(error).stack}\n`
        }
      }
      return all
    },

    async close() {
      const errors: Error[] = []
      for (const cleanup of cleanups.splice(0).reverse()) {
        try {
          await cleanup()
        } catch (error) {
          errors.push(asError(error))
        }
      }
      if (errors.length < 2) return errors[0]
      return new Error(errors.map((error) => error.message).join('; '), { cause: errors[0] })
    },
  }
}
