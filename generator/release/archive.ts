import { gunzipSync } from 'node:zlib'
import { gzipSync } from 'fflate'
import { extract, pack } from 'tar-stream'
import type { Tree } from '../text/trees.ts'

/** Packs a chart's files as Helm wants them, in a folder of the chart's name; the same input gives the same bytes. */
export async function archive(name: string, files: Tree, date: string): Promise<Uint8Array> {
  const tar = pack()
  const mtime = new Date(date)
  for (const [path, content] of [...files].sort(([a], [b]) => (place(a) < place(b) ? -1 : 1))) {
    tar.entry({ name: `${name}/${path}`, mtime, mode: 0o644, uid: 0, gid: 0, type: 'file' }, content)
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk)
  // gzip's own time stamp would be the clock's.
  return gzipSync(Buffer.concat(chunks), { level: 9, mtime: 0 })
}

/** What a file is sorted by. What the values mean is said in two files, and gzip finds again what stood 32 KiB before at most. */
const place = (path: string) => (path === 'values.yaml' || path === 'VALUES.md' ? `~${path}` : path)

/** Reads the files of a tar archive, packed by gzip or not. */
export async function unpack(bytes: Uint8Array): Promise<Tree> {
  const tar = extract()
  tar.end(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes)
  const files: Tree = new Map()
  for await (const entry of tar) {
    const chunks: Buffer[] = []
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
    if (entry.header.type === 'file') files.set(entry.header.name, Buffer.concat(chunks).toString())
  }
  return files
}
