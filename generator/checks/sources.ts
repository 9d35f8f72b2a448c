import type { VersionNotes } from '../text/changelog.ts'
import { isObject } from '../text/json.ts'
import type { Mistake } from '../text/mistake.ts'
import type { Source } from '../text/source.ts'
import type { Sources } from '../values/sources.ts'
import { schemaOf } from '../values/topics.ts'
import { conforms } from './conforms.ts'
import { checkDirectives } from './directives.ts'
import { checkFixed } from './fixed.ts'
import { checkMentions } from './mentions.ts'
import { checkDefaults, checkRenamed, checkTopic } from './schema.ts'
import { checkScripts } from './scripts.ts'
import { checkTemplates } from './templates.ts'

/** Finds every mistake in a project's inputs: each by its own schema, then what only shows when they are together. */
export function checkSources(sources: Sources): Mistake[] {
  const { topics, flavours, environments, changes, order, fixed, directives, meta, changelog, log } = sources
  const mistakes = [
    ...unreadable([
      ...topics,
      ...flavours,
      ...environments,
      ...changes,
      order,
      fixed,
      directives,
      changelog,
      sources.package,
      sources.license,
      ...Object.values(meta),
    ]),
    ...topics.flatMap((topic) => checkTopic(topic, meta.topic)),
    ...flavours.flatMap((flavour) => checkInput(flavour, meta.flavour)),
    ...changes.flatMap((change) => checkInput(change, meta.change)),
    ...checkInput(order, meta.topics),
    ...checkInput(fixed, meta.fixed),
    ...checkInput(directives, meta.directives),
    ...checkNames(topics),
    ...checkOrder(order, topics),
    ...flavours.flatMap(checkFlavourName),
    ...log.mistakes,
    ...flavours.flatMap((flavour) => checkRelease(flavour, log.releases, changelog.file)),
    ...checkSigningKey(sources.package),
    ...checkScripts(sources),
  ]
  // Defaults and templates can only be judged by schemas that are right themselves.
  if (mistakes.length > 0) return mistakes
  const schema = schemaOf(sources)
  return [
    ...checkRenamed(sources, schema),
    ...checkDefaults(sources, schema),
    ...checkFixed(sources, schema),
    ...checkDirectives(sources),
    ...checkTemplates(sources, schema),
    ...checkMentions(sources, schema),
  ]
}

/** Whoever verifies a package compares all digits of the fingerprint. */
function checkSigningKey({ file, data }: Source): Mistake[] {
  const key = isObject(data) ? data.signingKey : undefined
  if (key === undefined || /^[0-9A-F]{40}$/.test(String(key))) return []
  const fix = 'write the 40 digits that "gpg --fingerprint" shows, without spaces'
  return [{ file, pointer: '/signingKey', problem: `"${key}" is no fingerprint of a key`, fix }]
}

function unreadable(sources: Source[]): Mistake[] {
  return sources.flatMap(({ file, data, mistake }) => {
    if (mistake) return [mistake]
    return data === undefined ? [{ file, problem: 'is empty', fix: 'fill it or remove it' }] : []
  })
}

function checkInput(source: Source, meta: Source): Mistake[] {
  if (source.data === undefined || !isObject(meta.data)) return []
  return conforms(source.data, meta.data).map((mistake) => ({ file: source.file, ...mistake }))
}

function checkNames(topics: Source[]): Mistake[] {
  return topics.flatMap((topic, index) => {
    const first = topics.findIndex(({ name }) => name === topic.name)
    if (first === index) return []
    const problem = `describes "${topic.name}", as does ${topics[first]?.file}`
    return [{ file: topic.file, problem, fix: 'keep one of the two files' }]
  })
}

function checkOrder(order: Source, topics: Source[]): Mistake[] {
  const { file, data } = order
  const named = isObject(data) && Array.isArray(data.order) ? data.order : undefined
  if (!named) return []
  const names = topics.map(({ name }) => name)
  const unnamed = topics.filter(({ name }) => !named.includes(name))
  return [
    ...named.flatMap((name, index) => {
      if (names.includes(String(name))) return []
      const fix = `add schema/values/${name}.yaml, or remove the line`
      return [{ file, pointer: `/order/${index}`, problem: `"${name}" has no file`, fix }]
    }),
    ...unnamed.map((topic) => ({
      file: topic.file,
      problem: `"${topic.name}" has no place in ${file}`,
      fix: `add "- ${topic.name}" to its order`,
    })),
  ]
}

function checkFlavourName({ file, name, data }: Source): Mistake[] {
  if (!isObject(data) || data.name === undefined || data.name === name) return []
  return [
    { file, pointer: '/name', problem: `"${data.name}" is not the file's name`, fix: `write "${name}"` },
  ]
}

function checkRelease(flavour: Source, releases: VersionNotes[], changelog: string): Mistake[] {
  if (!isObject(flavour.data) || typeof flavour.data.version !== 'string') return []
  const { version } = flavour.data
  const release = releases.find((one) => one.version === version)
  if (!release) {
    const fix = `add "## ${version} - " and the day of the release, with its changes`
    return [
      { file: changelog, problem: `says nothing about ${version}, the version in ${flavour.file}`, fix },
    ]
  }
  if (release.changes.length > 0) return []
  const fix = 'add "### Added" and a line such as "- What is new."'
  return [{ file: changelog, line: release.line, problem: `${version} has no changes`, fix }]
}
