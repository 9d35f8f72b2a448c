import * as assert from 'uvu/assert'
import { run } from '../../runner/command.ts'
import { suite } from '../../runner/suite.ts'
import { copyPodScripts } from '../../shared/pod-scripts.ts'
import { folder } from '../../shared/project.ts'

const test = suite('observe, plan, apply, until nothing is left to do')

test('slots half moved that three attempts did not end stop nothing that does not need them', async (_, scope) => {
  const work = await folder(scope)
  await copyPodScripts(work)
  const script = `
    set -u
    HERE=${work} WORK=${work} OBSERVED=${work}/observed PLAN=${work}/plan LOCK_PID=1
    for part in log converge; do . "$HERE/$part.sh"; done
    observe() { :; }
    keeps_lock() { :; }
    plan() { case "$*" in *unended=b1*) echo "done with the rest";; *) echo "fix b1";; esac >"$PLAN"; }
    apply_plan() { log applied "$(cat "$PLAN")"; }
    deadline_in 5
    converge 6 check=yes`
  const { code, stdout } = await run('sh', ['-c', script])
  assert.is(code, 0, stdout)
  assert.is(stdout.match(/applied +fix b1/g)?.length, 3, stdout)
  assert.match(stdout, /done +with the rest/)
})

test.run()
