import Handlebars, { type HelperOptions } from 'handlebars'
import { MistakesError } from '../text/mistake.ts'
import { suggest } from '../text/suggest.ts'

// A character for private use that stands for Helm's "{{" while Handlebars runs.
const HELM_OPEN = '\uE000'
const engine = Handlebars.create()
/** By a template's text, because each flavour and each release renders the same ones. */
const compiled = new Map<string, HandlebarsTemplateDelegate>()

engine.registerHelper('json', (value: unknown) => JSON.stringify(value))

// Handlebars' strict mode lets blocks take a name that does not exist: a misspelt list would be an empty one.
for (const name of ['each', 'if', 'unless', 'with']) {
  const original = engine.helpers[name]
  engine.registerHelper(name, function (this: unknown, value: unknown, options: HelperOptions) {
    if (value !== undefined) return original?.call(this, value, options)
    throw new Handlebars.Exception(
      `the argument of #${name} is not defined`,
      options as unknown as hbs.AST.Node,
    )
  })
}

/**
 * Renders a template in which `<% %>` is ours and `{{ }}` is Helm's. A MistakesError tells the file and line of what is
 * not defined, cannot be parsed, or was left over.
 */
export function renderTemplate(source: string, file: string, context: object): string {
  const reserved = lineHolding(source, HELM_OPEN)
  if (reserved)
    throw mistake(file, reserved, 'holds the character U+E000', 'remove it, the generator needs it')
  const stray = lineHolding(source.replaceAll(/<%[\s\S]*?%>/g, blank), '%>')
  if (stray) throw mistake(file, stray, '"%>" closes nothing', 'add its "<%"')

  const output = run(source, file, context)
  const left = lineHolding(output, '<%')
  if (left)
    throw mistake(file, undefined, `"<%" is left on line ${left} of the output`, 'remove it from the inputs')
  return output.replaceAll(HELM_OPEN, '{{')
}

function run(source: string, file: string, context: object): string {
  const template = source.replaceAll('{{', HELM_OPEN).replaceAll('<%', '{{').replaceAll('%>', '}}')
  try {
    return compile(template)(context)
  } catch (error) {
    const { message, lineNumber } = error as Error & { lineNumber?: number }
    const line = lineNumber ?? Number(/on line (\d+)/.exec(message)?.[1])
    const missing = /^"(.+)" not defined/.exec(message)?.[1]
    if (missing)
      throw mistake(file, line, `"${missing}" is not defined`, suggest(missing, Object.keys(context)))
    const problem = message.replace(/ - \d+:\d+$/, '').replaceAll(/\s*\n\s*/g, ' ')
    throw mistake(file, line, problem, 'mend the template')
  }
}

function compile(template: string): HandlebarsTemplateDelegate {
  const run = compiled.get(template) ?? engine.compile(template, { noEscape: true, strict: true })
  compiled.set(template, run)
  return run
}

function mistake(file: string, line: number | undefined, problem: string, fix: string): MistakesError {
  return new MistakesError([{ file, ...(line ? { line } : {}), problem, fix }])
}

/** The line of the first occurrence of a part, or 0 if there is none. */
function lineHolding(text: string, part: string): number {
  const index = text.indexOf(part)
  return index < 0 ? 0 : text.slice(0, index).split('\n').length
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
