import { Cluster } from 'ioredis'
import type { Scope } from '../harness/scope.ts'
import { all, type Release } from './release.ts'

/** A client that writes all the while. */
export interface Writer {
  /** Ends it, and reads back what was acknowledged: how much that was, and each write of it that is gone. */
  stop(): Promise<{ acknowledged: number; lost: string[] }>
}

const LISTS = 12

/** Starts appending numbers to lists in all shards of a release; each number is written once, and again only if it failed. */
export async function startWriter(release: Release, password: string, scope: Scope): Promise<Writer> {
  const nodes = all(release).map((ordinal) => ({ host: release.address(ordinal), port: 6379 }))
  const cluster = new Cluster(nodes, { redisOptions: { password, commandTimeout: 2000 } })
  cluster.on('error', () => {})
  scope.defer(() => cluster.disconnect())
  const acknowledged: string[][] = Array.from({ length: LISTS }, () => [])
  let stopped = false
  const write = async (list: number) => {
    for (let number = 0; !stopped; number++) {
      const done = await cluster.rpush(`list:${list}`, number).then(
        () => true,
        () => false,
      )
      if (done) acknowledged[list]?.push(`${number}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const lanes = acknowledged.map((_, list) => write(list))
  return {
    async stop() {
      stopped = true
      await Promise.all(lanes)
      const lost: string[] = []
      for (const [list, numbers] of acknowledged.entries()) {
        const there = new Set(await cluster.lrange(`list:${list}`, 0, -1))
        lost.push(
          ...numbers.filter((number) => !there.has(number)).map((number) => `${number} of list:${list}`),
        )
      }
      return { acknowledged: acknowledged.flat().length, lost }
    },
  }
}
