import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { must, run } from '../runner/command.ts'

/** What a kind cluster is made of. */
export interface Shape {
  name: string
  /** Nodes for pods, beside the one of the control plane. */
  workers: number
}

/** Where a cluster's kubeconfig lies: a file of its own, because the user's is not ours to write. */
export const kubeconfigOf = (name: string) => path.resolve('.tools', 'kind', `${name}.kubeconfig`)

/** Creates a cluster, or takes the one of that name that answers, and returns whether it is new. */
export async function ensureCluster({ name, workers }: Shape): Promise<boolean> {
  const kubeconfig = kubeconfigOf(name)
  await mkdir(path.dirname(kubeconfig), { recursive: true })
  const there = (await must('kind', ['get', 'clusters'])).split('\n').includes(name)
  if (there) {
    await must('kind', ['export', 'kubeconfig', '--name', name, '--kubeconfig', kubeconfig])
    await mustAnswer(name)
    return false
  }
  const roles = ['control-plane', ...Array<string>(workers).fill('worker')]
  const config = {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: roles.map((role) => ({ role })),
  }
  const image = process.env.KIND_NODE_IMAGE ? ['--image', process.env.KIND_NODE_IMAGE] : []
  const target = ['--name', name, '--kubeconfig', kubeconfig, '--config', '-', '--wait', '180s']
  await must('kind', ['create', 'cluster', ...target, ...image], {
    input: JSON.stringify(config),
    deadline: 600_000,
  })
  return true
}

/** A cluster outlives a machine's sleep or a Docker engine's restart in name only. */
async function mustAnswer(name: string): Promise<void> {
  const asked = ['--kubeconfig', kubeconfigOf(name), '--request-timeout', '10s', 'get', '--raw', '/readyz']
  const { code, stderr } = await run('kubectl', asked)
  if (code === 0) return
  throw new Error(
    `cluster ${name} is there and does not answer: kind delete cluster --name ${name}; then run this again. ${stderr}`,
  )
}

/** Deletes a cluster, whether it is there or not. */
export async function deleteCluster(name: string): Promise<void> {
  await must('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfigOf(name)], {
    deadline: 120_000,
  })
  await rm(kubeconfigOf(name), { force: true })
}

/** Puts images of the local Docker engine onto every node; those that are there already cost a second. */
export async function loadImages(name: string, images: string[]): Promise<void> {
  await must('kind', ['load', 'docker-image', '--name', name, ...images], { deadline: 300_000 })
}
