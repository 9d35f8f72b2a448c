import { EVENT_ID, type Event, getScalarValue, parseEvents } from 'js-yaml'

/** A key or list item of a YAML text: where it stands, and the number of the event that its value begins with. */
interface Place {
  offset: number
  value: number
}

/** The line of the last key of a path that a YAML text holds itself; undefined where it does not even hold the first. */
export function lineOf(path: string[], text: string): number | undefined {
  const events = parseEvents(text, {})
  let found: Place = { offset: -1, value: 1 }
  for (const key of path) {
    const next = places(events, text, found.value).get(key)
    if (!next) break
    found = next
  }
  return found.offset < 0 ? undefined : text.slice(0, found.offset).split('\n').length
}

// What a map or a list holds. An alias holds nothing here: its anchor is where it is written, but not what sets the value.
function places(events: Event[], text: string, at: number): Map<string, Place> {
  const inside = new Map<string, Place>()
  const kind = events[at]?.type
  if (kind !== EVENT_ID.MAPPING && kind !== EVENT_ID.SEQUENCE) return inside
  for (let here = at + 1; here < events.length && events[here]?.type !== EVENT_ID.POP; ) {
    const value = kind === EVENT_ID.MAPPING ? after(events, here) : here
    const key = kind === EVENT_ID.MAPPING ? keyOf(events[here], text) : String(inside.size)
    inside.set(key, { offset: offsetOf(events[here]), value })
    here = after(events, value)
  }
  return inside
}

/** The number of the event that follows a whole value. */
function after(events: Event[], at: number): number {
  let depth = 0
  for (let here = at; here < events.length; here++) {
    const { type } = events[here] as Event
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++
    else if (type === EVENT_ID.POP) depth--
    if (depth === 0) return here + 1
  }
  return events.length
}

function keyOf(event: Event | undefined, text: string): string {
  return event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : ''
}

function offsetOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart
  if (event?.type === EVENT_ID.ALIAS) return event.anchorStart
  return event && 'start' in event ? event.start : -1
}
