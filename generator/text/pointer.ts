import { isObject, type Json } from './json.ts'

/** Writes a path of keys as a JSON pointer (RFC 6901). */
export function toPointer(path: string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Reads a JSON pointer as a path of keys. */
export function fromPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** How many keys of a path exist in a value, counted from the root. */
export function depthOf(path: string[], value: Json | undefined): number {
  let here = value
  for (const [depth, key] of path.entries()) {
    here = Array.isArray(here) ? here[Number(key)] : isObject(here) ? ownValue(here, key) : undefined
    if (here === undefined) return depth
  }
  return path.length
}

// A key such as "constructor" must not be found on the prototype.
function ownValue(object: { [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
