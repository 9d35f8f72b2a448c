import { AppsV1Api, BatchV1Api, CoreV1Api, KubeConfig, NetworkingV1Api } from '@kubernetes/client-node'

/** The shared cluster's kubeconfig: the file that KUBECONFIG names, and never the user's own. */
export function kubeConfig(): KubeConfig {
  const file = process.env.KUBECONFIG
  if (!file) throw new Error('KUBECONFIG names no file: run this through npm run test:kind')
  const config = new KubeConfig()
  config.loadFromFile(file)
  return config
}

/** Pods, Services, ConfigMaps, namespaces. */
export const core = () => kubeConfig().makeApiClient(CoreV1Api)

/** StatefulSets. */
export const apps = () => kubeConfig().makeApiClient(AppsV1Api)

/** Jobs. */
export const batch = () => kubeConfig().makeApiClient(BatchV1Api)

/** NetworkPolicies. */
export const networking = () => kubeConfig().makeApiClient(NetworkingV1Api)
