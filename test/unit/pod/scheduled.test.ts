import * as assert from 'uvu/assert'
import { run } from '../../runner/command.ts'
import type { Scope } from '../../runner/scope.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('a scheduled run, round by round', { timeout: 20_000 })

/** What a run meets: what it plans in each round, the last again and again, and functions that answer otherwise than alone. */
interface Met {
  plans: string[]
  instead?: string
}

/** Runs keep_places to its end; returns how it ended, what it said and which steps it took. */
async function keepPlaces(scope: Scope, { plans, instead = '' }: Met) {
  const work = await folder(scope)
  await copyPodScripts(work)
  const script = `
    set -u
    HERE=${work} WORK=${work} OBSERVED=${work}/observed PLAN=${work}/plan TOPOLOGY=${work}/topology
    SIZE=6 SHARDS=3 REPLICAS=1 IMAGE=i REVISION=r WRITES=available CLIENT_SERVICE= LOCK_HOLDER= LOCK_NAME=us
    for part in log scheduled; do . "$HERE/$part.sh"; done
    mkdir $TOPOLOGY
    for pair in shards/3 replicas/1 image/i revision/r; do echo "\${pair#*/}" >$TOPOLOGY/\${pair%/*}; done
    LOCKED= ROUND=0
    address_of() { echo 10.0.0.1; }
    superseded() { false; }
    observe() { ROUND=$((ROUND + 1)); }
    plan() { sed -n "$((ROUND < ${plans.length} ? ROUND : ${plans.length}))p" $WORK/plans >"$PLAN"; }
    keeps_lock() { [ -n "$LOCKED" ]; }
    connect_lock() { LOCKED=yes; }
    holds_lock() { :; }
    lock_holder() { echo other; }
    apply_plan() { log step "$(cat "$PLAN")"; }
    cat >$WORK/plans <<'PLANS'
${plans.join('\n')}
PLANS
    ${instead}
    deadline_in 2
    keep_places`
  const { code, stdout } = await run('sh', ['-c', script])
  const lines = stdout.trimEnd().split('\n')
  return { code, lines: lines.map((line) => line.replace(/^\S+ /, '').replaceAll(/ +/g, ' ')) }
}

test('what is planned is planned again under the lock, done, and waited for', async (_, scope) => {
  const plans = ['failover a', 'failover a', 'wait for it', 'done well']
  assert.equal(await keepPlaces(scope, { plans }), { code: 0, lines: ['step failover a', 'done well'] })
})

test('what somebody else has done before the lock is held is not done again', async (_, scope) => {
  assert.equal(await keepPlaces(scope, { plans: ['failover a', 'done well'] }), {
    code: 0,
    lines: ['done well'],
  })
})

test('nothing is waited for that the run did not begin', async (_, scope) => {
  assert.equal(await keepPlaces(scope, { plans: ['wait for a replica'] }), {
    code: 0,
    lines: ['leave for a replica: nothing is changed'],
  })
})

test('a lock that somebody else takes at the same moment ends the run', async (_, scope) => {
  assert.equal(await keepPlaces(scope, { plans: ['failover a'], instead: 'holds_lock() { false; }' }), {
    code: 0,
    lines: ['leave other took the lock first: nothing is changed'],
  })
})

const begun = ['failover a', 'failover a', 'wait for it']

for (const [what, met, last] of [
  [
    'a pod restarts',
    { plans: [...begun, 'roll pod 3 is away'] },
    'leave pod 3 is away: nothing more is changed',
  ],
  ['slots move', { plans: [...begun, 'leave slots move'] }, 'leave slots move: nothing more is changed'],
  [
    'a preflight comes, or the release goes',
    { plans: begun, instead: 'superseded() { [ "$ROUND" -gt 2 ] && log refuse ends; }' },
    'refuse ends',
  ],
  [
    'the release becomes another',
    {
      plans: begun,
      instead: 'superseded() { [ "$ROUND" -lt 2 ] || echo 5 >$TOPOLOGY/shards; false; }',
    },
    'leave this run was started for another shards (3) than the release has now (5): nothing more is changed',
  ],
] as const)
  test(`a run that has begun ends once ${what}`, async (_, scope) => {
    const { plans, ...rest } = met
    assert.equal(await keepPlaces(scope, { plans: [...plans], ...rest }), {
      code: 0,
      lines: ['step failover a', last],
    })
  })

test('a run whose own step never comes about fails at its deadline', async (_, scope) => {
  assert.equal(await keepPlaces(scope, { plans: begun }), {
    code: 1,
    lines: ['step failover a', 'gave up the time is over, at last: wait for it'],
  })
})

test('a step that is none of a scheduled run’s is not taken', async (_, scope) => {
  assert.equal(await keepPlaces(scope, { plans: ['move a b 10'] }), {
    code: 3,
    lines: ["refuse 'move a b 10' is no plan of a scheduled run; this is a defect of the chart"],
  })
})

test('what a person has to look at fails, and is not tried again', async (_, scope) => {
  assert.equal(await keepPlaces(scope, { plans: ['refuse to go on'] }), {
    code: 3,
    lines: ['refuse to go on'],
  })
})

test.run()
