/** One thing that a person has to mend: where it is, what is wrong and what would be right. */
export interface Mistake {
  file: string
  line?: number
  pointer?: string
  problem: string
  fix?: string
}

/** Ends a run because of what a person wrote; holds every mistake that was found. */
export class MistakesError extends Error {
  readonly mistakes: Mistake[]

  constructor(mistakes: Mistake[]) {
    super(formatMistakes(mistakes))
    this.name = 'MistakesError'
    this.mistakes = mistakes
  }
}

/** Ends a run because a command was given something it cannot work with; the message says what to do. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** Throws a MistakesError if there is any mistake. */
export function refuse(mistakes: Mistake[]): void {
  if (mistakes.length > 0) throw new MistakesError(mistakes)
}

/** Calls every function, and gives their results; a MistakesError holds the mistakes of all of them. */
export function attemptAll<T>(makers: (() => T)[]): T[] {
  const mistakes: Mistake[] = []
  const results = makers.flatMap((make) => {
    try {
      return [make()]
    } catch (error) {
      if (!(error instanceof MistakesError)) throw error
      mistakes.push(...error.mistakes)
      return []
    }
  })
  refuse(mistakes)
  return results
}

/** Writes mistakes one a line as `file:line pointer: problem; fix`, each once. */
export function formatMistakes(mistakes: Mistake[]): string {
  return [...new Set(mistakes.map(formatMistake))].join('\n')
}

function formatMistake({ file, line, pointer, problem, fix }: Mistake): string {
  const place = `${file}${line === undefined ? '' : `:${line}`}${pointer ? ` ${pointer}` : ''}`
  return `${place}: ${problem}${fix ? `; ${fix}` : ''}`
}
