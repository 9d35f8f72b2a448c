import { suite } from '../../harness/suite.ts'
import { assertPlan, cases } from './cases.ts'

const test = suite('the plan, case by case')

for (const name of cases) test(name.replaceAll('-', ' '), () => assertPlan(name))

test.run()
