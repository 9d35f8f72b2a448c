import { writeFile } from 'node:fs/promises'

/** Where the pods of a release live, and which of their names resolve: what Kubernetes' DNS is to the charts. */
export interface Names {
  address(ordinal: number): string
  /** The ordinals that were ever given an address. */
  known(): number[]
  /** Gives pods that have none an address and a name. */
  give(...ordinals: number[]): Promise<void>
  /** Moves a pod to the address with this last number; none takes its name away. */
  place(ordinal: number, at: number | undefined): Promise<void>
}

const DOMAIN = 'cluster.local'

/** What a pod of the namespace `test` finds in /etc/resolv.conf. */
export const RESOLV_CONF = `nameserver 10.96.0.10\nsearch test.svc.${DOMAIN} svc.${DOMAIN} ${DOMAIN}\noptions ndots:5\n`

/** Names of `release`'s pods at addresses of the network `net`, such as 127.20.0, written to the file `hosts`. */
export function namesOf(release: string, net: string, hosts: string): Names {
  const places = new Map<number, number>()
  const named = new Set<number>()
  const address = (ordinal: number) => `${net}.${places.get(ordinal) ?? ordinal + 1}`
  const write = () => {
    const lines = [...named].map(
      (ordinal) => `${address(ordinal)} ${release}-${ordinal}.r-headless.test.svc.${DOMAIN}.\n`,
    )
    // A name that there is in every Kubernetes cluster, whatever becomes of a release.
    return writeFile(hosts, [`127.0.0.1 kubernetes.default.svc.${DOMAIN}.\n`, ...lines].join(''))
  }
  return {
    address,
    known: () => [...places.keys()],
    async give(...ordinals) {
      for (const ordinal of ordinals) {
        if (!places.has(ordinal)) places.set(ordinal, ordinal + 1)
        named.add(ordinal)
      }
      await write()
    },
    async place(ordinal, at) {
      if (at === undefined) named.delete(ordinal)
      else places.set(ordinal, at)
      await write()
    },
  }
}
