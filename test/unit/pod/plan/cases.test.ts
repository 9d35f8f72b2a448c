import { suite } from '../../../runner/suite.ts'
import { assertPlan, cases } from '../../../shared/plan/cases.ts'

const test = suite('the plan, case by case')

for (const name of cases) test(name.replaceAll('-', ' '), () => assertPlan(name))

test.run()
