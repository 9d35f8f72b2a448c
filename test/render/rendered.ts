import { readdir, readFile } from 'node:fs/promises'
import { load, loadAll } from 'js-yaml'
import { type Rendering, template } from '../kube/helm.ts'
import type { Values } from '../kube/values.ts'

/** The charts that are tested. */
export const flavours = ['redis-cluster', 'valkey-cluster']

/** Helm's two majors. */
export const helms = ['helm', 'helm4']

/** A Kubernetes object as far as the tests look into it. */
export interface Manifest {
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels: Record<string, string>
    annotations?: Record<string, string>
  }
  spec: Record<string, unknown>
  data: Record<string, string>
}

/** A pod template as far as the tests look into it. */
export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> }
  spec: {
    automountServiceAccountToken: boolean
    hostUsers?: boolean
    priorityClassName?: string
    securityContext: Record<string, unknown>
    serviceAccountName: string
    imagePullSecrets?: { name: string }[]
    terminationGracePeriodSeconds: number
    affinity?: { nodeAffinity?: object; podAntiAffinity?: object }
    topologySpreadConstraints: {
      topologyKey: string
      labelSelector: { matchLabels: Record<string, string> }
    }[]
    containers: Container[]
    initContainers?: Container[]
    volumes?: { name: string; emptyDir?: { sizeLimit?: string } }[]
  }
}

interface Quantities {
  cpu?: string
  memory?: string
  'ephemeral-storage'?: string
}

/** A container as far as the tests look into it. */
export interface Container {
  name: string
  image: string
  imagePullPolicy?: string
  command: string[]
  env: { name: string; value?: string }[]
  lifecycle?: object
  volumeMounts: { name: string }[]
  livenessProbe?: { exec: { command: string[] } }
  readinessProbe?: object
  resources?: { limits?: Quantities; requests?: Quantities }
  ports?: { name: string; containerPort: number }[]
  securityContext?: Record<string, unknown>
}

/** Values of situations that are no file of the charts' ci folders. */
const situations: Record<string, Values> = {
  'the defaults': {},
  'seven shards': { cluster: { shards: 7 } },
  'a Secret of one’s own': { auth: { existingSecret: 'mine', existingSecretKey: 'the.key' } },
  'a digest and a registry': {
    image: {
      registry: 'registry.example.org:5000',
      digest: `sha256:${'a'.repeat(64)}`,
      pullSecrets: ['key'],
    },
  },
  'no limits': { resources: { limits: null } },
  'pods told where to go': {
    pod: {
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }] },
            ],
          },
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } },
          ],
        },
      },
      priorityClassName: 'high',
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
        {
          maxSkew: 2,
          topologyKey: 'rack',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { a: 'b' } },
        },
      ],
    },
  },
  'pods with users of their own': { pod: { hostUsers: false }, jobs: { reconcile: { schedule: '@daily' } } },
  'containers beside the server': {
    pod: {
      extraContainers: [{ name: 'beside', image: 'beside:1' }],
      extraInitContainers: [{ name: 'before', image: 'before:1' }],
    },
  },
  'a service of another type': {
    service: { type: 'LoadBalancer', clusterIP: '10.96.0.50' },
    networkPolicy: { from: [{ ipBlock: { cidr: '10.20.0.0/16' } }] },
  },
  'policies for everybody, and with more of everything': {
    networkPolicy: {
      clients: 'anywhere',
      dns: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
      egress: [{ to: [{ ipBlock: { cidr: '10.30.0.0/16' } }], ports: [{ protocol: 'TCP', port: 443 }] }],
    },
  },
  'policies for clients with a label': {
    networkPolicy: {
      clients: 'labelled',
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }],
      restrictEgress: false,
    },
  },
  'objects beside it': {
    extraObjects: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-beside' } },
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-written\n',
    ],
  },
  'without what is optional': {
    disruptionBudget: { enabled: false },
    serviceAccount: { create: false },
    networkPolicy: { enabled: false },
  },
}

/** Every situation of a flavour, what it ships among them, by name. */
export const scenarios = async (flavour: string): Promise<Map<string, Values>> =>
  new Map([...Object.entries(situations), ...(await shipped(flavour))])

/** The values of a flavour's ci files and environments, by name. */
export async function shipped(flavour: string): Promise<Map<string, Values>> {
  const all = new Map<string, Values>()
  for (const folder of ['ci', 'environments'])
    for (const file of await readdir(`chart/${flavour}/${folder}`)) {
      const text = await readFile(`chart/${flavour}/${folder}/${file}`, 'utf8')
      all.set(`${folder}/${file}`, load(text) as Values)
    }
  return all
}

/** Renders a flavour, and returns the text. */
export async function renderText(flavour: string, values: Values = {}, how: Rendering = {}): Promise<string> {
  const { code, stdout, stderr } = await template(flavour, values, how)
  if (code !== 0) throw new Error(`helm template ended with ${code}: ${stderr}`)
  return stdout
}

/** Renders a flavour, and returns the objects. */
export const render = async (
  flavour: string,
  values: Values = {},
  how: Rendering = {},
): Promise<Manifest[]> => objects(await renderText(flavour, values, how))

/** The objects in a rendered text. */
export const objects = (text: string): Manifest[] =>
  (loadAll(text) as (Manifest | undefined | null)[]).filter((one) => one !== null && one !== undefined)

/** The one object of a kind, and of a name's ending where a release has several. */
export function the(manifests: Manifest[], kind: string, ending = ''): Manifest {
  const [found, ...more] = manifests.filter((one) => one.kind === kind && one.metadata.name.endsWith(ending))
  if (!found || more.length > 0)
    throw new Error(`${more.length + Number(!!found)} objects are a ${kind} …${ending}`)
  return found
}

/** How the Jobs run that a Job is, or a CronJob makes. */
export const jobOf = ({ spec }: Manifest) =>
  (spec.jobTemplate as { spec: Record<string, unknown> } | undefined)?.spec ?? spec

/** The template of the pods that an object makes. */
export const podOf = (manifest: Manifest) => jobOf(manifest).template as PodTemplate

/** A container of the pods that an object makes, by its name. */
export function containerOf(manifest: Manifest, name: string): Container {
  const found = podOf(manifest).spec.containers.find((one) => one.name === name)
  if (!found) throw new Error(`${manifest.kind} ${manifest.metadata.name} has no container ${name}`)
  return found
}

/** The value of a variable that a container is given; empty if it is none of its own. */
export const variable = ({ env }: Container, name: string) =>
  env.find((one) => one.name === name)?.value ?? ''

/** What of a rendering makes pods. */
export const workloads = (manifests: Manifest[]) =>
  manifests.filter(({ kind }) => ['StatefulSet', 'Job', 'CronJob'].includes(kind))
