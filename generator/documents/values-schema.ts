import type { JsonObject } from '../json.ts'
import type { ValueSchema } from '../schema.ts'

/** Writes values.schema.json for Helm: draft-07, one file that needs no other, without keywords of ours. */
export function valuesSchemaJson(schema: ValueSchema, title: string): string {
  const root = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Values of ${title}`,
    ...forHelm(schema),
  }
  return `${JSON.stringify(root, null, 2)}\n`
}

// Helm says no more than which keyword failed: "'not' failed", "does not match pattern". But for an enum it prints the
// allowed values, so our sentence stands where the value is refused as the one choice that there is.
function forHelm(schema: ValueSchema): JsonObject {
  const { not, 'x-message': message, 'x-pattern-help': help, ...plain } = schema
  return {
    ...(plain as JsonObject),
    ...(schema.properties ? { properties: eachForHelm(schema.properties) } : {}),
    ...(schema.items ? { items: forHelm(schema.items) } : {}),
    ...(typeof schema.additionalProperties === 'object'
      ? { additionalProperties: forHelm(schema.additionalProperties) }
      : {}),
    ...(not ? orElse({ not }, message) : {}),
    ...(help ? orElse({ pattern: schema.pattern ?? '' }, help) : {}),
  }
}

function eachForHelm(properties: { [key: string]: ValueSchema }): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, forHelm(child)]))
}

function orElse(condition: JsonObject, sentence: string | undefined): JsonObject {
  return { if: condition, else: { enum: [sentence ?? ''] } }
}
