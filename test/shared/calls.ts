/** A function that a pod's script calls although no script before it defines the function. */
export interface CallUp {
  from: string
  calls: string
  of: string
}

/**
 * Finds the calls that go up: each script may call its own functions and those of scripts before it, in the order in which a
 * program sources them (or awk reads them), and the program itself any of them. `scripts` are texts by their names.
 */
export function callsUp(scripts: Map<string, string>): CallUp[] {
  const defined = new Map([...scripts].map(([name, text]) => [name, functionsIn(text)]))
  const orders = [...scripts].flatMap(([name, text]) => ordersOf(name, text, scripts))
  const found = orders.flatMap((order) =>
    order.flatMap((from, place) => {
      const above = order.slice(place + 1)
      const code = codeOf(from, scripts.get(from) ?? '')
      return above.flatMap((of) =>
        (defined.get(of) ?? [])
          .filter((one) => isCalled(one, code, from))
          .map((calls) => ({ from, calls, of })),
      )
    }),
  )
  const once = new Map(found.map((one) => [Object.values(one).join(' '), one]))
  return [...once.values()]
}

/** The scripts that a script sources, in their order, and itself last if it is a program; and those that one awk reads. */
function ordersOf(name: string, text: string, scripts: Map<string, string>): string[][] {
  const sourced = sourcedBy(name, scripts)
  const read = [...text.matchAll(/-f "\$HERE\/(\S+)"/g)].map(([, other = '']) => other)
  return [text.startsWith('#!') ? [...sourced, name] : sourced, read]
}

function sourcedBy(name: string, scripts: Map<string, string>): string[] {
  const own = [...(scripts.get(name) ?? '').matchAll(/^\. "\$HERE\/(\S+)"/gm)].map(([, other = '']) => other)
  return own.flatMap((other) => [...sourcedBy(other, scripts), other])
}

const functionsIn = (text: string) =>
  [...text.matchAll(/^(?:function (\w+)\(|(\w+)\(\) )/gm)].map(([, awk, sh]) => awk ?? sh ?? '')

/** A script without its comments and the texts in it; of a shell's, also without programs for awk and patterns of `case`. */
function codeOf(name: string, text: string): string {
  const bare = text.replaceAll(/^\s*#.*$/gm, '')
  if (name.endsWith('.awk')) return bare.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
  const withoutPatterns = bare.replaceAll(/^\s*[\w*'][^\s()$]*(?: \| [^\s()$]+)*\)(?=\s|$)/gm, '')
  return withoutPatterns.replaceAll(/'[^']*'/g, "''")
}

function isCalled(name: string, code: string, by: string): boolean {
  if (by.endsWith('.awk')) return new RegExp(`(?<!function )\\b${name}\\(`).test(code)
  const place = '(?:^|[;&|({!]|\\$\\(|\\b(?:if|then|else|elif|while|until|do|case))\\s*(?:\\w+=\\S*\\s+)*'
  return new RegExp(`${place}${name}(?=[\\s;)|&]|$)(?!\\(\\))`, 'm').test(code)
}
