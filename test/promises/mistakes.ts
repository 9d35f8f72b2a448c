import type { Given, Test } from './listing.ts'
import type { Defect } from './track-record.ts'

/** What does not hold of the proofs: a promise in two chapters, and sentences that would not read as the page writes them. */
export function mistakesIn(given: Given[]): string[] {
  const topics = new Map<string, string>()
  return given.flatMap(({ promise, bound = '', topic, file, test }) => {
    const place = `test/${file}: "${test}":`
    const first = topics.get(promise) ?? topic
    topics.set(promise, first)
    return [
      ...(first === topic ? [] : [`${place} its promise stands under "${first}" already, not "${topic}"`]),
      ...(/\.$/.test(promise) || /\.$/.test(bound)
        ? [`${place} promise and bound end without a full stop`]
        : []),
    ]
  })
}

/**
 * What the track record names and is not there: a test that a level of today still has, in whatever file, and commits.
 * `commits` are all there are, or nothing if the history is cut off.
 */
export function mistakesOf(record: Defect[], tests: Test[], commits: string[] | undefined): string[] {
  return record.flatMap(({ mended, tests: later, level, test }) => {
    const place = `test/track-record.yaml: ${mended}:`
    const isThere = tests.some((one) => one.file.startsWith(`${level}/`) && one.test === test)
    const named = later === undefined ? [mended] : [mended, later]
    const unknown = named.filter((name) => commits?.every((commit) => !commit.startsWith(name)))
    return [
      ...(isThere ? [] : [`${place} no file of test/${level}/ has a test "${test}"`]),
      ...unknown.map((name) => `${place} there is no commit ${name}`),
    ]
  })
}
