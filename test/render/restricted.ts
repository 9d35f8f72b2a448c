import { isDeepStrictEqual } from 'node:util'
import { type Manifest, podOf } from './rendered.ts'

const POD = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }
const CONTAINER = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

/** What of an object's pods does not meet the restricted standard, or could ask the Kubernetes API, a sentence each. */
export function unrestricted(workload: Manifest): string[] {
  const {
    automountServiceAccountToken,
    securityContext,
    containers,
    initContainers = [],
  } = podOf(workload).spec
  const name = `${workload.kind} ${workload.metadata.name}`
  return [
    ...(automountServiceAccountToken === false ? [] : [`${name} gets a token`]),
    ...lacking(name, securityContext, POD),
    ...[...initContainers, ...containers].flatMap((container) =>
      lacking(`${name}: ${container.name}`, container.securityContext, CONTAINER),
    ),
  ]
}

const lacking = (name: string, context: Record<string, unknown> = {}, wanted: Record<string, unknown>) =>
  Object.entries(wanted)
    .filter(([key, value]) => !isDeepStrictEqual(context[key], value))
    .map(([key]) => `${name} lacks ${key}`)
