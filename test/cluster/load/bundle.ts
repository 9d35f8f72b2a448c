import { build } from 'esbuild'

// A ConfigMap holds a mebibyte.
const LIMIT = 900_000

let bundled: Promise<string> | undefined

/** The load client as one file that Node runs by itself. */
export function bundleLoadClient(): Promise<string> {
  bundled ??= build({
    entryPoints: ['test/cluster/load/client.ts'],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
    // ioredis asks for Node's own modules with require().
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  }).then(({ outputFiles: [file] }) => {
    if (!file || file.contents.length > LIMIT)
      throw new Error(`the bundle has ${file?.contents.length} bytes`)
    return file.text
  })
  return bundled
}
