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

/** What the track record names and is not there; `commits` are all there are, or nothing where the history is cut off. */
export function mistakesOf(record: Defect[], tests: Test[], commits: string[] | undefined): string[] {
  return record.flatMap(({ mended, level, file, test }) => {
    const place = `test/track-record.yaml: ${mended}:`
    const isThere = tests.some((one) => one.file === `${level}/${file}.test.ts` && one.test === test)
    const isCommit = commits?.some((commit) => commit.startsWith(mended)) ?? true
    return [
      ...(isThere ? [] : [`${place} test/${level}/${file}.test.ts has no test "${test}"`]),
      ...(isCommit ? [] : [`${place} there is no such commit`]),
    ]
  })
}
