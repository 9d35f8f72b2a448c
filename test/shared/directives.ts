import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'

const { refused } = load(readFileSync('schema/directives.yaml', 'utf8')) as { refused: { names: string[] }[] }

/** The directives that cluster.extraConfig may not hold, whatever else the values say. */
export const refusedNames: string[] = refused.flatMap(({ names }) => names)

/** Values with which each of these directives matters. */
export const whereAllMatter = { cluster: { writes: 'replicated' } }

/** Lines for cluster.extraConfig that no chart may refuse. */
export const harmless = `
# port 7000
  # "dir" /tmp
#
slowlog-log-slower-than 5000
TIMEOUT 2
ignore-warnings ARM64-COW-BUG
io-threads 3
client-output-buffer-limit pubsub 64mb 16mb 60
latency-tracking-info-percentiles 50 99 "99.9"
proc-title-template "{title} port dir save"
loadmodule /usr/lib/redis/modules/some.so user default on
some_module.max-memory 1gb
\tlazyfree-lazy-eviction yes \r
hz 10
maxclients\t1000
databases 1
`

/** Ways to write a directive that a server takes for the directive, by what is done to it. */
export const disguises: Record<string, (name: string) => string> = {
  'as it is': (name) => name,
  'in capitals': (name) => name.toUpperCase(),
  'behind blanks': (name) => `  \t ${name}`,
  'before a tab': (name) => `${name}\t`,
  'in a line of Windows': (name) => `\r${name}\r`,
  'behind other blanks': (name) => `\v\f${name}`,
  'in double quotes': (name) => `"${name}"`,
  'in single quotes': (name) => `'${name}'`,
  'partly in quotes': (name) => `${name.slice(0, 2)}"${name.slice(2)}"`,
  'with an escape': (name) => `"${name.slice(0, 1)}\\${name.slice(1)}"`.replace(/\\(?=[nrtbax])/, ''),
  'in numbers': (name) => `"${name.replaceAll(/./g, (letter) => `\\x${letter.charCodeAt(0).toString(16)}`)}"`,
}

/** What is said of a directive in a disguise: its name, or if it stands in quotes that it does. */
export const saidOf = (name: string, written: string): string =>
  /["']/.test(written) ? `has quotes or escapes in ${written.trim().toLowerCase()}` : `sets ${name}, but `
