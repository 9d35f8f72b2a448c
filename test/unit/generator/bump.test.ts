import * as assert from 'uvu/assert'
import { bumpBetween, bumpFor, type Class, isEnough, raise } from '../../../generator/release/bump.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('how far a version is raised')

const needed: [change: Class, before1: string, after1: string][] = [
  ['breaking', 'minor', 'major'],
  ['restarts pods', 'patch', 'minor'],
  ['feature', 'patch', 'minor'],
  ['fix', 'patch', 'patch'],
]

for (const [change, before, after] of needed)
  test(`${change}: ${before} before 1.0, then ${after}`, () => {
    assert.is(bumpFor([change], '0.3.1'), before)
    assert.is(bumpFor([change], '1.3.1'), after)
  })

test('the gravest change decides, and no change asks for nothing', () => {
  assert.is(bumpFor(['fix', 'breaking', 'feature'], '2.0.0'), 'major')
  assert.is(bumpFor([], '2.0.0'), undefined)
})

const between: [older: string, newer: string, bump: string | undefined][] = [
  ['1.2.3', '1.2.4', 'patch'],
  ['1.2.3', '1.10.0', 'minor'],
  ['1.2.3', '2.0.0', 'major'],
  ['0.9.0', '0.10.0', 'minor'],
  ['1.2.3', '1.2.3', undefined],
  ['1.2.3', '1.2.2', undefined],
  ['1.2.3', '1.2.3-rc.1', undefined],
  ['2.0.0-rc.1', '2.0.0', 'major'],
]

for (const [older, newer, bump] of between)
  test(`${older} to ${newer} is ${bump ?? 'no raise'}`, () => {
    assert.is(bumpBetween(older, newer), bump)
  })

test('a version that was not raised is never enough for a change, and always for none', () => {
  assert.not.ok(isEnough(undefined, 'patch'))
  assert.ok(isEnough(undefined, undefined))
  assert.ok(isEnough('major', 'patch'))
  assert.not.ok(isEnough('patch', 'minor'))
})

test('the next version begins anew below what is raised; a pre-release becomes its version, if that is high enough', () => {
  assert.equal(
    (['patch', 'minor', 'major'] as const).map((bump) => raise('1.2.3', bump)),
    ['1.2.4', '1.3.0', '2.0.0'],
  )
  assert.is(raise('2.0.0-rc.1', 'minor'), '2.0.0')
  assert.equal(
    (['patch', 'minor', 'major'] as const).map((bump) => raise('1.2.4-rc.1', bump)),
    ['1.2.4', '1.3.0', '2.0.0'],
  )
})

test.run()
