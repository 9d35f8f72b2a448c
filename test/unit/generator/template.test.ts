import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { renderTemplate } from '../../../generator/documents/template.ts'
import { suite } from '../../runner/suite.ts'
import { chartgen, copyOfProject, mistakes } from '../../shared/project.ts'

const test = suite('templates', { timeout: 30_000 })

const context = { name: 'redis-cluster', image: { tag: '8' }, ports: [{ name: 'client' }] }
const render = (source: string) => renderTemplate(source, 'x.yaml.hbs', context)

function told(source: string, given: object = context): string {
  try {
    renderTemplate(source, 'x.yaml.hbs', given)
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

test('what is between <% %> is filled in, and what is between {{ }} is left to Helm', () => {
  const source = `name: {{ include "<% name %>.fullname" . }}
ports:
  <%#each ports%>
  - {{- .Values.ports.<% name %> | quote }} # {{{ raw }}} \\{{ escaped }} {{/* comment */}} {{\`{{\`}}
  <%/each%>
`
  assert.is(
    render(source),
    `name: {{ include "redis-cluster.fullname" . }}
ports:
  - {{- .Values.ports.client | quote }} # {{{ raw }}} \\{{ escaped }} {{/* comment */}} {{\`{{\`}}
`,
  )
})

test('nothing is escaped but by json', () => {
  assert.is(renderTemplate('<% a %> <% json a %>', 'x', { a: '<"&\'>' }), `<"&'> "<\\"&'>"`)
})

test('a name that is not defined is told with file, line and what may have been meant', () => {
  assert.is(told('a\nb: <% nme %>\n'), 'x.yaml.hbs:2: "nme" is not defined; did you mean "name"?')
  assert.match(told('a: <% image.tga %>'), 'x.yaml.hbs:1: "tga" is not defined')
})

test('a block over a name that is not defined is an error too, not an empty block', () => {
  for (const block of ['each', 'if', 'unless', 'with']) {
    assert.is(
      told(`a\n\n<%#${block} prts%>\nx\n<%/${block}%>\n`),
      `x.yaml.hbs:3: the argument of #${block} is not defined; mend the template`,
    )
  }
})

test('a helper that does not exist and a block that is not closed are told with their line', () => {
  assert.match(told('a\n<% upper name %>\n'), /^x\.yaml\.hbs:2: .*upper/)
  assert.match(told('a\n<%#each ports%>\n'), /^x\.yaml\.hbs:\d: Parse error/)
})

test('what is left over of <% %> is refused', () => {
  assert.is(told('a\nb %> c'), 'x.yaml.hbs:2: "%>" closes nothing; add its "<%"')
  assert.match(told('a\nb <% c'), /^x\.yaml\.hbs:\d: /)
  assert.match(told('a\n<% name %>', { name: '<% x %>' }), '"<%" is left on line 2 of the output')
  assert.match(told('a\nb \uE000'), 'x.yaml.hbs:2: holds the character U+E000')
})

test('the mistakes of all templates are told at once, and nothing is written', async (_, scope) => {
  const project = await copyOfProject(scope)
  const write = (name: string, text: string) =>
    writeFile(path.join(project, 'generator/templates', name), text)
  await write('one.yaml.hbs', 'a: <% nme %>\n')
  await write('two.yaml.hbs', '\n<%#each keyword%><%/each%>\n')
  await write('root/values.yaml', 'a: 1\n')
  const result = await chartgen(project, ['generate'])
  assert.is(result.code, 1)
  assert.equal(mistakes(result), [
    'generator/templates/one.yaml.hbs:1: "nme" is not defined; did you mean "name"?',
    'generator/templates/two.yaml.hbs:2: the argument of #each is not defined; mend the template',
    'generator/templates/root/values.yaml: makes values.yaml, as does schema/values; keep one of the two',
  ])
  assert.not.ok((await readdir(project)).includes('chart'))
})

test.run()
