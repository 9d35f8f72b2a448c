import * as assert from 'uvu/assert'
import type { Values } from '../kube/values.ts'
import { suite } from '../runner/suite.ts'
import { flavours, type Manifest, podOf, render, the } from './rendered.ts'

const test = suite('who may reach whom', { timeout: 60_000 })

interface Peer {
  podSelector?: { matchLabels?: Record<string, string> }
  namespaceSelector?: object
  ipBlock?: object
}
interface Rule {
  from?: Peer[]
  to?: Peer[]
  ports?: { protocol: string; port: number }[]
}
interface Policy {
  podSelector: { matchLabels: Record<string, string> }
  policyTypes: string[]
  ingress: Rule[]
  egress: Rule[]
}

const policies = (manifests: Manifest[]) => manifests.filter(({ kind }) => kind === 'NetworkPolicy')
const policy = (manifests: Manifest[], suffix: string) =>
  the(manifests, 'NetworkPolicy', suffix).spec as unknown as Policy

/** The rules that let somebody in, or out, at a port. */
const at = (rules: Rule[], port: number) =>
  rules.filter(({ ports }) => !ports || ports.some((one) => one.port === port))

/** Whether labels are among those that are asked for; an empty selector takes all. */
const matches = ({ podSelector, namespaceSelector }: Peer, labels: Record<string, string>) =>
  podSelector !== undefined &&
  namespaceSelector === undefined &&
  Object.entries(podSelector.matchLabels ?? {}).every(([name, value]) => labels[name] === value)

/** Whether a pod of the release's namespace with these labels may come in. */
const letsIn = ({ ingress }: Policy, port: number, labels: Record<string, string>) =>
  at(ingress, port).some(({ from }) => !from || from.some((peer) => matches(peer, labels)))

for (const flavour of flavours) {
  const servers = async (values: Values = {}) => policy(await render(flavour, values), '-servers')

  test(`the servers’ own talk in ${flavour} is for the release’s servers alone, whatever clients are let in`, async () => {
    for (const clients of ['namespace', 'labelled', 'listed', 'anywhere']) {
      const from = [{ podSelector: {} }]
      const manifests = await render(flavour, { networkPolicy: { clients, from } })
      const rules = policy(manifests, '-servers')
      const { labels } = podOf(the(manifests, 'StatefulSet')).metadata
      for (const port of [16379, 16380]) {
        assert.ok(letsIn(rules, port, labels))
        assert.not.ok(letsIn(rules, port, {}))
        assert.not.ok(letsIn(rules, port, { ...labels, 'app.kubernetes.io/component': 'preflight' }))
        assert.not.ok(letsIn(rules, port, { ...labels, 'app.kubernetes.io/instance': 'other' }))
      }
    }
  })

  test(`clients of ${flavour} are let in as networkPolicy.clients says`, async () => {
    const label = { [`r-${flavour}-client`]: 'true' }
    const letIn = async (clients: string) => {
      const rules = await servers({ networkPolicy: { clients } })
      return [letsIn(rules, 6379, {}), letsIn(rules, 6379, label)]
    }
    assert.equal(await letIn('namespace'), [true, true])
    assert.equal(await letIn('labelled'), [false, true])
    assert.equal(await letIn('listed'), [false, false])
    assert.equal(await letIn('anywhere'), [true, true])
    assert.equal(await letIn('namespace'), [letsIn(await servers(), 6379, {}), true])
    assert.is(
      at((await servers({ networkPolicy: { clients: 'anywhere' } })).ingress, 6379)[0]?.from,
      undefined,
    )
  })

  test(`who is named in networkPolicy.from reaches ${flavour} as a client, beside the others`, async () => {
    const shop = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }
    for (const clients of ['namespace', 'labelled', 'listed']) {
      const { ingress } = await servers({ networkPolicy: { clients, from: [shop] } })
      for (const port of [6379, 6380]) assert.ok(at(ingress, port).some(({ from }) => has(from, shop)))
      for (const port of [16379, 16380]) assert.not.ok(at(ingress, port).some(({ from }) => has(from, shop)))
    }
  })

  test(`every pod of ${flavour} reaches the servers, so that a newer release’s Jobs do too`, async () => {
    const manifests = await render(flavour, { networkPolicy: { clients: 'listed' } })
    const rules = policy(manifests, '-servers')
    const out = policy(manifests, '-egress')
    const { labels } = podOf(the(manifests, 'StatefulSet')).metadata
    for (const component of ['server', 'preflight', 'reconcile', 'test', 'to-come']) {
      const pod = { ...labels, 'app.kubernetes.io/component': component }
      assert.ok(letsIn(rules, 6379, pod) && letsIn(rules, 6380, pod), component)
      assert.ok(matches({ podSelector: out.podSelector }, pod), component)
    }
    for (const port of [6379, 6380, 16379, 16380])
      assert.ok(at(out.egress, port).some(({ to = [] }) => to.some((peer) => matches(peer, labels))))
  })

  test(`nobody comes into a Job’s pod of ${flavour}`, async () => {
    const manifests = await render(flavour)
    const { labels } = podOf(the(manifests, 'Job', '-reconcile')).metadata
    const over = policies(manifests).map(({ spec }) => spec as unknown as Policy)
    const own = over.filter(({ podSelector }) => matches({ podSelector }, labels))
    assert.equal(
      own.map(({ policyTypes, ingress = [] }) => [policyTypes, ingress]),
      [[['Ingress', 'Egress'], []]],
    )
  })

  test(`pods of ${flavour} reach nothing but servers, DNS and what is named`, async () => {
    const egress = async (networkPolicy: Values) =>
      policy(await render(flavour, { networkPolicy }), '-egress').egress
    const usual = await egress({})
    assert.is(usual.length, 2)
    assert.is(at(usual, 443).length, 0)
    for (const port of [53, 5353])
      assert.equal(
        at(usual, port).map(({ to }) => to),
        [undefined],
      )
    const dns = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }]
    assert.equal(
      at(await egress({ dns }), 53).map(({ to }) => to),
      [dns],
    )
    const more = { to: [{ ipBlock: { cidr: '10.9.0.0/16' } }], ports: [{ protocol: 'TCP', port: 443 }] }
    assert.equal(at(await egress({ egress: [more] }), 443), [more])
  })

  test(`policies of ${flavour} can be off, and egress alone`, async () => {
    const kept = async (networkPolicy: Values) =>
      policies(await render(flavour, { networkPolicy })).map(({ metadata }) => metadata.name)
    assert.equal(await kept({}), [`r-${flavour}-egress`, `r-${flavour}-servers`])
    assert.equal(await kept({ restrictEgress: false }), [`r-${flavour}-servers`])
    assert.equal(await kept({ enabled: false }), [])
  })
}

const has = (peers: Peer[] | undefined, wanted: Peer) =>
  (peers ?? []).some((peer) => JSON.stringify(peer) === JSON.stringify(wanted))

test.run()
