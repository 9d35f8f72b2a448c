import { stripVTControlCharacters } from 'node:util'
import { suite as uvu } from 'uvu'
import { within } from './deadline.ts'
import { isListing, list, type Proof } from './proof.ts'
import { tell } from './report.ts'
import { saveEvidence } from './results.ts'
import { asError, type OpenScope, openScope, type Scope } from './scope.ts'
import { setting } from './setting.ts'
import { allIsWell, declared, ran } from './verdict.ts'

/** What surrounds a suite's tests. `setup` returns the context that every test is given. */
export interface Hooks<C> {
  setup?: (scope: Scope) => C | Promise<C>
  teardown?: (context: C) => unknown
  evidence?: (context: C) => Record<string, string> | Promise<Record<string, string>>
  /** Milliseconds for the setup, for the teardown, and for each test that names no time of its own. */
  timeout?: number
}

/** A promise's proof: whatever it throws is a failure. What `scope` is told to defer runs right after it. */
export type Body<C> = (context: C, scope: Scope) => unknown

/** Declares tests, then runs them. */
export interface Suite<C> {
  (name: string, body: Body<C>, options?: { timeout?: number }): void
  only(name: string, body: Body<C>, options?: { timeout?: number }): void
  skip(name: string, body?: Body<C>, options?: { timeout?: number }): void
  /** Says what the next test proves to a user, for the page of promises. */
  proves(proof: Proof): void
  run(): void
}

const EVIDENCE_TIMEOUT = 60_000

/**
 * A uvu suite that cannot pass by accident. uvu alone exits 0 when `before` throws, when `run()` is forgotten, when a test
 * throws something that is no Error, and waits for ever on a promise that never settles.
 */
export function suite<C = undefined>(title: string, hooks: Hooks<C> = {}): Suite<C> {
  const inner = uvu(title)
  const whole = openScope()
  const standing = hooks.timeout ?? 10_000
  const names = { tests: [] as string[], only: [] as string[], skipped: [] as string[] }
  let context = undefined as C
  let proof: Proof | undefined
  let setupError: Error | undefined
  if (!isListing()) declared(title)

  inner.before(async () => {
    for (const name of names.skipped)
      tell({ event: 'end', suite: title, test: name, outcome: 'skipped', seconds: 0 })
    tell({ event: 'start', suite: title, test: 'setup', timeout: standing + EVIDENCE_TIMEOUT })
    try {
      if (hooks.setup) context = await within(standing, 'the setup', hooks.setup(whole))
      if (hooks.teardown) whole.defer(() => hooks.teardown?.(context))
      if (hooks.evidence) whole.onFailure(() => hooks.evidence?.(context) ?? {})
    } catch (error) {
      setupError = new Error(`the setup failed: ${reasonOf(asError(error))}`, { cause: error })
      setupError.stack = asError(error).stack ?? ''
      await explain(title, 'setup', [whole])
    }
  })

  inner.after(async () => {
    tell({ event: 'start', suite: title, test: 'teardown', timeout: standing })
    const failure = await within(standing, 'the teardown', whole.close()).catch(asError)
    if (!failure) return
    allIsWell(false)
    tell({
      event: 'end',
      suite: title,
      test: 'teardown',
      outcome: 'failed',
      seconds: 0,
      why: reasonOf(failure),
    })
    process.stderr.write(`\n  the teardown of "${title}" failed: ${failure.stack}\n`)
  })

  const prove = (name: string, body: Body<C>, timeout: number) => async () => {
    tell({ event: 'start', suite: title, test: name, timeout: timeout + EVIDENCE_TIMEOUT })
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    const named = setTimeout(() => process.stdout.write(`\n  ${name} … `), 1000)
    const scope = openScope()
    let failure = setupError
    try {
      if (!setupError) await within(timeout, 'the test', (async () => body(context, scope))())
    } catch (error) {
      failure = asError(error)
      await explain(title, name, [whole, scope])
    }
    const untidy = await within(timeout, 'what the test deferred', scope.close()).catch(asError)
    failure ??= untidy
    clearTimeout(named)
    if (seconds() > 1) process.stdout.write(`${seconds().toFixed(1)} s `)
    tell({
      event: 'end',
      suite: title,
      test: name,
      outcome: failure ? 'failed' : 'passed',
      seconds: seconds(),
      on: setting(),
      why: failure && reasonOf(failure),
    })
    allIsWell(!failure)
    if (failure) throw failure
  }

  const test: Suite<C> = (name, body, options) => {
    names.tests.push(name)
    list({ suite: title, test: name, proves: proof })
    proof = undefined
    inner(name, prove(name, body, options?.timeout ?? standing))
  }
  test.only = (name, body, options) => {
    proof = undefined
    names.only.push(name)
    inner.only(name, prove(name, body, options?.timeout ?? standing))
  }
  test.skip = (name) => {
    proof = undefined
    names.skipped.push(name)
    inner.skip(name)
  }
  test.proves = (next) => {
    proof = next
  }
  test.run = () => {
    if (proof) throw new Error(`no test follows that proves "${proof.promise}"`)
    if (isListing()) return
    if (names.only.length > 0) names.skipped.push(...names.tests)
    ran(title, names.tests.length + names.only.length + names.skipped.length)
    inner.run()
  }
  return test
}

/** What an error says, and what an assertion saw in the place of what it expected. */
function reasonOf(error: Error & { details?: unknown; actual?: unknown }): string {
  const seen = error.details || (typeof error.actual === 'string' && error.actual)
  return seen ? `${error.message}\n${stripVTControlCharacters(`${seen}`)}` : error.message
}

/** Saves what explains a failure, and says where. */
async function explain(title: string, name: string, scopes: OpenScope[]): Promise<void> {
  try {
    const gathering = Promise.all(scopes.map((scope) => scope.evidence()))
    const gathered = await within(EVIDENCE_TIMEOUT, 'gathering evidence', gathering)
    const folder = await saveEvidence(title, name, Object.assign({}, ...gathered))
    if (folder) process.stdout.write(`\n  why "${name}" failed: ${folder}/ `)
  } catch (error) {
    process.stdout.write(`\n  why "${name}" failed is not known: ${asError(error).message} `)
  }
}
