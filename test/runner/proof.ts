/** What promises are about, in the order of the page. */
export const topics = [
  'Install and remove',
  'Planned work under load',
  'Loss and recovery',
  'Scaling',
  'Size and cost',
  'Another version of the engine',
  'Mistakes are refused before anything changes',
  'Mistakes are mended',
  'Security',
  'Sources and packages',
] as const

/** What a test proves to a user, as `test.proves` before it says. Tests that name the same promise stand together. */
export interface Proof {
  topic: (typeof topics)[number]
  /** What a user may count on, in a sentence. */
  promise: string
  /** The most, or the least, of it: numbers out of the constants that the test itself asserts. */
  bound?: string
  /** The figure of the bench that measures it: the `what` of a `Figure`. */
  figure?: string
}

/** A test, and what it proves where it says so. */
export interface Listed {
  suite: string
  test: string
  proves?: Proof | undefined
}

let listed: Listed[] | undefined

/** From now on suites only list their tests, and run nothing. */
export function onlyList(): void {
  listed = []
}

/** Whether suites only list their tests. */
export const isListing = () => listed !== undefined

/** Notes a test, for whoever lists. */
export const list = (test: Listed) => void listed?.push(test)

/** What was listed since the last call. */
export const takeListed = () => listed?.splice(0) ?? []
