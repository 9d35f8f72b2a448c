import type { JsonObject } from '../text/json.ts'
import { type Renamed, renamedSentence, type ValueSchema } from '../values/schema.ts'

/** Writes values.schema.json for Helm: draft-07, one file that needs no other, without keywords of ours. */
export function valuesSchemaJson(schema: ValueSchema, title: string): string {
  const root = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Values of ${title}`,
    ...forHelm(schema, []),
  }
  return `${JSON.stringify(root, null, 2)}\n`
}

// Helm says no more than which keyword failed: "'not' failed", "does not match pattern". But for an enum it prints the
// allowed values, so our sentence stands where the value is refused as the one choice that there is.
function forHelm(schema: ValueSchema, path: string[]): JsonObject {
  const { not, 'x-message': message, 'x-pattern-help': help, 'x-renamed': renamed, ...plain } = schema
  return {
    ...(plain as JsonObject),
    ...(schema.properties ? { properties: eachForHelm(schema.properties, renamed, path) } : {}),
    ...(schema.items ? { items: forHelm(schema.items, path) } : {}),
    ...(typeof schema.additionalProperties === 'object'
      ? { additionalProperties: forHelm(schema.additionalProperties, path) }
      : {}),
    ...(not ? orElse({ not }, message) : {}),
    ...(help ? orElse({ pattern: schema.pattern ?? '' }, help) : {}),
  }
}

// A key that was renamed is there for its sentence, and takes no value at all.
function eachForHelm(
  properties: { [key: string]: ValueSchema },
  renamed: Renamed = {},
  path: string[],
): JsonObject {
  const refused = Object.entries(renamed).map(([key, now]): [string, JsonObject] => [
    key,
    { not: {}, enum: [renamedSentence([...path, key], now)] },
  ])
  const known = Object.entries(properties).map(([key, child]): [string, JsonObject] => [
    key,
    forHelm(child, [...path, key]),
  ])
  return Object.fromEntries([...known, ...refused])
}

function orElse(condition: JsonObject, sentence: string | undefined): JsonObject {
  return { if: condition, else: { enum: [sentence ?? ''] } }
}
