import * as assert from 'uvu/assert'
import { compareManifests } from '../../../generator/compare/manifests.ts'
import type { JsonObject } from '../../../generator/text/json.ts'
import { suite } from '../../runner/suite.ts'

const test = suite('what a change of an object means')

const object = (kind: string, spec: JsonObject): JsonObject => ({ kind, metadata: { name: 'one' }, spec })

/** The findings between two specifications of an object of a kind; none at all if one side has no such object. */
function told(kind: string, before: JsonObject | undefined, after: JsonObject | undefined): string[] {
  const [old, now] = [before, after].map((spec) => (spec ? [object(kind, spec)] : []))
  return compareManifests(old ?? [], now ?? []).map((finding) =>
    [finding.class, finding.what, finding.change ?? ''].join(' | '),
  )
}

const client = { podSelector: { matchLabels: { app: 'client' } } }
const other = { podSelector: { matchLabels: { app: 'other' } } }
const port = (number: number) => ({ port: number })
const policy = (...ingress: JsonObject[]): JsonObject => ({ podSelector: {}, ingress })
const all = policy({ from: [client], ports: [port(6379), port(16379)] })

for (const [what, before, after, expected] of [
  ['without a peer', all, policy({ from: [other], ports: [port(6379), port(16379)] }), 'breaking'],
  ['without a port', all, policy({ from: [client], ports: [port(6379)] }), 'breaking'],
  ['without a rule', all, policy(), 'breaking'],
  ['that names peers for the first time', policy({}), all, 'breaking'],
  ['with another peer', all, policy({ from: [client, other], ports: [port(6379), port(16379)] }), 'feature'],
  ['that names no peers any more', all, policy({ ports: [port(6379), port(16379)] }), 'feature'],
  ['with another rule', all, policy({ from: [other] }, { from: [client] }), 'feature'],
] as const)
  test(`a network policy ${what} is ${expected === 'feature' ? 'wider' : 'narrower'}`, () => {
    const wanted = expected === 'feature' ? 'lets more through' : 'lets through something else, or less'
    const found = told('NetworkPolicy', before, after)
    assert.is(found.length, 1)
    assert.ok(found[0]?.startsWith(`${expected} | ${wanted}: spec.ingress`), found[0])
  })

test('the first network policy narrows, and the last one’s end widens', () => {
  assert.match(told('NetworkPolicy', undefined, all)[0] ?? '', /^breaking \| is new, and lets through only/)
  assert.match(told('NetworkPolicy', all, undefined)[0] ?? '', /^feature \| is gone, and what it kept away/)
})

test('a claim may grow, and nothing else', () => {
  const claim = (storage: string, className = 'fast') => ({
    resources: { requests: { storage } },
    storageClassName: className,
  })
  assert.match(told('PersistentVolumeClaim', claim('1Gi'), claim('2Gi'))[0] ?? '', /^feature .*"1Gi" → "2Gi"/)
  assert.match(
    told('PersistentVolumeClaim', claim('1Gi'), claim('1Gi', 'slow'))[0] ?? '',
    /^breaking \| cannot be changed by an upgrade: spec\.storageClassName/,
  )
})

test('a CronJob changes in place, and tells when its time is another', () => {
  const cron = (schedule: string, image: string): JsonObject => ({ schedule, jobTemplate: { image } })
  assert.equal(told('CronJob', cron('@daily', 'a'), cron('@hourly', 'b')), [
    'feature | runs at other times: spec.schedule | ("@daily" → "@hourly")',
    'fix | changes in place: spec.jobTemplate.image | ("a" → "b")',
  ])
})

test('an alert that is gone is told by its name', () => {
  const rules = (...names: string[]): JsonObject => ({
    groups: [{ name: 'g', rules: names.map((alert) => ({ alert, expr: 'up' })) }],
  })
  const found = told('PrometheusRule', rules('Down', 'Full'), rules('Down', 'Slow'))
  assert.match(found[0] ?? '', /^breaking \| loses a rule: spec\.groups\.g\.rules\.Full/)
  assert.match(found[1] ?? '', /^feature \| has a new rule: spec\.groups\.g\.rules\.Slow/)
})

test('what a Secret holds is not shown', () => {
  const secret = (password: string): JsonObject => ({
    kind: 'Secret',
    metadata: { name: 'one' },
    data: { password },
  })
  const found = compareManifests([secret('old')], [{ ...secret('new'), data: {} }])
  assert.not.match(JSON.stringify(found), /old|→/)
})

test.run()
