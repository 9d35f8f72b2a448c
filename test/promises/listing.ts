import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { testFiles } from '../runner/files.ts'
import { levels } from '../runner/levels.ts'
import { type Listed, onlyList, type Proof, takeListed } from '../runner/proof.ts'

/** A test by its file, as in `kind/restart.test.ts`. */
export interface Test extends Listed {
  file: string
}

/** A proof, and the test that gives it. */
export interface Given extends Proof {
  file: string
  test: string
}

/**
 * The tests below a folder, by loading each file: nothing of them runs, then or later in this process. Those of the levels
 * where most is real come first.
 */
export async function testsIn(root: string): Promise<Test[]> {
  onlyList()
  const tests: Test[] = []
  for (const level of Object.keys(levels).reverse())
    for (const file of await testFiles(root, level)) {
      await import(pathToFileURL(path.resolve(file)).href)
      tests.push(...takeListed().map((one) => ({ ...one, file: path.relative(root, file) })))
    }
  return tests
}

/** What tests prove: those that prove nothing to a user are left out. */
export const provenBy = (tests: Test[]): Given[] =>
  tests.flatMap(({ file, test, proves }) => (proves ? [{ ...proves, file, test }] : []))
