import { isObject } from '../text/json.ts'
import { type Renamed, type ValueSchema, valuesSchema } from './schema.ts'
import type { Sources } from './sources.ts'

/** A top-level key of values.yaml and its schema. */
export type Topic = [name: string, schema: ValueSchema]

/** The topics of valid sources in the order in which they are presented. */
export function topicsOf({ topics, order }: Sources): Topic[] {
  const names = isObject(order.data) && Array.isArray(order.data.order) ? order.data.order : []
  return names.flatMap((name) => {
    const topic = topics.find((one) => one.name === name)
    return topic && isObject(topic.data) ? [[topic.name, topic.data as unknown as ValueSchema] as Topic] : []
  })
}

/** The schema of the whole values file, from valid sources. */
export function schemaOf(sources: Sources): ValueSchema {
  const { data } = sources.order
  const renamed = isObject(data) ? (data.renamed as Renamed | undefined) : undefined
  return valuesSchema(topicsOf(sources), renamed)
}
