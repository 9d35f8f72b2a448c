import { onDisk, type Perform } from '../files/write.ts'
import { beginRelease, begunRelease, carryOut, endRelease } from './journal.ts'
import type { ReleasePlan } from './plan.ts'

/** What a release is made of, besides what it writes down itself. */
export interface Steps {
  plan: () => Promise<ReleasePlan | undefined>
  /** Writes the charts anew, once their sources have the new version. */
  generate: () => Promise<unknown>
}

/** Makes the next release, or ends one that was interrupted; gives its version, or undefined if nothing has changed. */
export async function makeRelease(
  root: string,
  { plan, generate }: Steps,
  perform: Perform = onDisk,
): Promise<string | undefined> {
  const journal = (await begunRelease(root)) ?? (await begin(root, await plan(), perform))
  if (!journal) return undefined
  await carryOut(root, journal, perform)
  await generate()
  await endRelease(root, perform)
  return journal.version
}

const begin = async (root: string, plan: ReleasePlan | undefined, perform: Perform) =>
  plan && beginRelease(root, plan, perform)
