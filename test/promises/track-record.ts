import { Ajv } from 'ajv'
import { load } from 'js-yaml'

/** A defect that the product once had, and the test that shows it. */
export interface Defect {
  /** What went wrong, in a sentence, as a user would have met it. */
  defect: string
  /** The commit that mended it; the version before it has the defect. */
  mended: string
  level: string
  /** The commit whose tests show it, if those that came with the mend do not. */
  tests?: string
  /** The test's file, without folder and `.test.ts`. */
  file: string
  test: string
  /** What the failed test prints on the version that has the defect. */
  says: string
}

const text = { type: 'string', minLength: 1 }
const commit = { type: 'string', pattern: '^[0-9a-f]{7,40}$' }
const properties = {
  defect: text,
  mended: commit,
  tests: commit,
  level: text,
  file: text,
  test: text,
  says: text,
}
const isTrackRecord = new Ajv({ allErrors: true }).compile<Defect[]>({
  type: 'array',
  items: {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => name !== 'tests'),
    additionalProperties: false,
  },
})

/** Reads a track record; throws an error that names every mistake by its place. */
export function readTrackRecord(yaml: string): Defect[] {
  const record = load(yaml)
  if (isTrackRecord(record)) return record
  const mistakes = isTrackRecord.errors?.map(({ instancePath, message }) => `  ${instancePath} ${message}`)
  throw new Error(`the track record does not hold:\n${mistakes?.join('\n')}`)
}

/** Whether a run of a defect's file shows it: its test has failed, and for the reason that is recorded. */
export function shows(output: string, { test, says }: Defect): boolean {
  // As uvu tells them: a heading with the suite and the test, then what was wrong.
  const failures = output.split(/^ {3}FAIL {2}/m).slice(1)
  return failures.some(
    (failure) => failure.split('\n', 1)[0]?.endsWith(`"${test}"`) && failure.includes(says),
  )
}

/** The command that shows a defect on the version that had it. */
export const replayOf = ({ mended, file }: Defect) => `npm run replay -- ${mended} ${file}`
