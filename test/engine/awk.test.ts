// depends on: nothing
import { suite } from '../runner/suite.ts'
import { assertPlan, cases } from '../shared/plan/cases.ts'

const test = suite('the plan, by the awk of either image layout')

for (const awk of ['mawk', 'busybox awk'])
  test(`${awk} plans every case alike`, async () => {
    for (const name of cases) await assertPlan(name, awk)
  })

test.run()
