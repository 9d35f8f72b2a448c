import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import * as assert from 'uvu/assert'
import { renderCharts } from '../../../generator/charts.ts'
import { valuesSchemaJson } from '../../../generator/documents/values-schema.ts'
import { valuesTable } from '../../../generator/documents/values-table.ts'
import { valuesYaml } from '../../../generator/documents/values-yaml.ts'
import { projectAt } from '../../../generator/project.ts'
import { defaultOf, type ValueSchema, valuesSchema } from '../../../generator/values/schema.ts'
import { suite } from '../../runner/suite.ts'
import { copyOfProject } from '../../shared/project.ts'

const test = suite('values.yaml, values.schema.json and the table of values')

const schema = valuesSchema([
  [
    'auth',
    {
      type: 'object',
      description:
        'Who may come in. This sentence is long enough that it has to go on in a second line of its comment.',
      additionalProperties: false,
      not: { properties: { a: { const: 'x' }, mode: { const: 'off' } }, required: ['a', 'mode'] },
      'x-message': 'auth.a cannot be x when auth.mode is off',
      properties: {
        a: { type: 'string', description: 'An a|b.', default: '', examples: ['no', '8.0'] },
        mode: { enum: ['on', 'off'], description: 'The mode.', default: 'on' },
      },
    },
  ],
  [
    'size',
    {
      type: 'string',
      description: 'A size.',
      default: '1Gi',
      pattern: '^[0-9]+Gi$',
      'x-pattern-help': 'as 1Gi',
    },
  ],
  [
    'limits',
    {
      type: 'object',
      description: 'Limits.\nTwo lines.',
      default: { cpu: '1' },
      examples: [{ memory: '1Gi' }],
    },
  ],
  ['list', { type: 'array', items: { type: 'object' }, description: 'A list.', default: [] }],
  ['config', { type: 'string', description: 'Lines.', default: 'a 1\nb 2\n', examples: ['c 3\nd 4\n'] }],
])

test('values.yaml reads as documentation: sentences and examples above each default', () => {
  assert.is(
    valuesYaml(schema),
    `# yaml-language-server: $schema=values.schema.json
# Generated from schema/values by \`npx chartgen generate\`. Do not edit it here.

# Who may come in. This sentence is long enough that it has to go on in a second line of its
# comment.
auth:
  # An a|b.
  # Example: "no"
  # Example: "8.0"
  a: ""

  # The mode.
  mode: "on"

# A size.
size: 1Gi

# Limits. Two lines.
# Example: {memory: 1Gi}
limits:
  cpu: "1"

# A list.
list: []

# Lines.
# Example:
#   c 3
#   d 4
config: |
  a 1
  b 2
`,
  )
})

test('the table has a row for each leaf, and nothing in it breaks the table', () => {
  assert.is(
    valuesTable(schema),
    `| Key | Type | Default | Description |
| --- | --- | --- | --- |
| \`auth.a\` | string | \`""\` | An a\\|b. |
| \`auth.mode\` | \`on\`, \`off\` | \`"on"\` | The mode. |
| \`size\` | string | \`"1Gi"\` | A size. |
| \`limits\` | map | \`{"cpu":"1"}\` | Limits. Two lines. |
| \`list\` | list of objects | \`[]\` | A list. |
| \`config\` | string | \`"a 1\\nb 2\\n"\` | Lines. |`,
  )
})

test('values.schema.json has no keyword of ours, and says in the sentence of a rule what it refuses', () => {
  const text = valuesSchemaJson(schema, 'test')
  assert.not.match(text, '"x-')
  const check = new Ajv({ allErrors: true }).compile(JSON.parse(text))
  const told = (values: object) => {
    check({ ...(defaultOf(schema) as object), ...values })
    return (check.errors ?? []).flatMap(({ keyword, params }) =>
      keyword === 'enum' ? params.allowedValues : [],
    )
  }
  assert.equal(told({}), [])
  assert.equal(told({ auth: { a: 'x', mode: 'off' } }), ['auth.a cannot be x when auth.mode is off'])
  assert.equal(told({ size: '1GB' }), ['as 1Gi'])
  assert.ok(!check({ size: 'as 1Gi' }), 'the sentence itself is no way around the pattern')
})

test('values.yaml of each chart holds exactly the defaults, and values.schema.json accepts it', async (_, scope) => {
  const charts = await renderCharts(projectAt(await copyOfProject(scope)))
  for (const { name, schema, files } of charts) {
    const values = load(files.get('values.yaml') ?? '')
    assert.equal(values, defaultOf(schema), name)
    const helmSchema = JSON.parse(files.get('values.schema.json') ?? '')
    const check = new Ajv({ allErrors: true, strict: false }).compile(helmSchema)
    assert.ok(check(values), JSON.stringify(check.errors))
    assertClosed(helmSchema, name)
  }
})

test('every line of values.yaml is clean: no trailing space, no long comment, a final newline', async (_, scope) => {
  const charts = await renderCharts(projectAt(await copyOfProject(scope)))
  for (const { files } of charts) {
    const text = files.get('values.yaml') ?? ''
    assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'))
    for (const line of text.split('\n')) {
      assert.not.match(line, /\s$/)
      if (line.trim().startsWith('#')) assert.ok(line.length <= 110, line)
    }
  }
})

// A misspelt key must be refused wherever keys are known.
function assertClosed(schema: ValueSchema, at: string): void {
  if (schema.properties) assert.is(schema.additionalProperties, false, at)
  for (const [key, child] of Object.entries(schema.properties ?? {})) assertClosed(child, `${at}.${key}`)
}

test.run()
