import { topics } from '../runner/proof.ts'
import type { Setting } from '../runner/setting.ts'
import type { Given } from './listing.ts'
import type { LastRuns, Measured } from './record.ts'
import { type Defect, replayOf } from './track-record.ts'

/** All that the page is made of. */
export interface Sources {
  given: Given[]
  last: LastRuns
  record: Defect[]
}

const INTRODUCTION = `# Promises

What a user may count on, and the test that proves it. \`npm run promises\` makes this page from the tests, from what their last
recorded runs have shown (\`test/last-runs.json\`), and from \`test/track-record.yaml\`; \`npm run check\` tells when it is not what
they say. A line names what a test has last passed on. A test without such a line has no recorded run.`

const TRACK_RECORD = `## Track record

Defects that the charts or the generator once had. The command runs today’s test on the version before the mending commit,
where the test fails.`

/** The page, as Markdown: promises by topic, in the order in which the tests declare them, then the track record. */
export function page({ given, last, record }: Sources): string {
  const chapters = topics.flatMap((topic) => {
    const own = given.filter((one) => one.topic === topic)
    const promises = [...new Set(own.map(({ promise }) => promise))]
    const sections = promises.map((promise) => {
      const proofs = own.filter((one) => one.promise === promise)
      return section(promise, proofs, last)
    })
    return sections.length === 0 ? [] : [`## ${topic}`, ...sections]
  })
  return `${[INTRODUCTION, ...chapters, TRACK_RECORD, ...record.map(entry)].join('\n\n')}\n`
}

function section(promise: string, proofs: Given[], last: LastRuns): string {
  const bounds = [...new Set(proofs.flatMap(({ bound }) => bound ?? []))]
  const files = [...new Set(proofs.map(({ file }) => file))]
  const figures = [...new Set(proofs.flatMap(({ figure }) => figure ?? []))]
  return [
    `### ${promise}`,
    '',
    ...bounds.map((bound) => `Bound: ${bound}.\n`),
    ...files.map((file) => {
      const tests = proofs.filter((one) => one.file === file).map(({ test }) => test)
      const shown = last.shown[file] ?? []
      return [testsOf(file, tests), ...shown.map((on) => `  - passed on ${told(on)}`)].join('\n')
    }),
    ...figures.map((figure) => `- last measured, ${figure}: ${measured(last.figures[figure])}`),
  ].join('\n')
}

/** A loop declares many tests that are alike. */
const MOST = 3

function testsOf(file: string, tests: string[]): string {
  const more = tests.length - MOST
  const names = [...tests.slice(0, MOST), ...(more > 0 ? [`and ${more} more`] : [])]
  return `- [${file.replace('.test.ts', '')}](${file}): ${names.join('; ')}`
}

const measured = (figure: Measured | undefined) =>
  figure
    ? `${number(figure.median)} is the median of ${figure.times}, ${number(figure.worst)} the worst (${told(figure.on)})`
    : 'not measured yet'

const number = (value: number) => String(Number(value.toPrecision(3)))

/** `redis 8.0.2, Kubernetes 1.34.0, 2026-11-26` */
const told = ({ engines, kubernetes, date }: Setting) =>
  [...engines, ...(kubernetes ? [`Kubernetes ${kubernetes}`] : []), date].join(', ')

function entry(one: Defect): string {
  const { defect, mended, level, file, test } = one
  return [
    `- ${defect} Mended by ${mended}.`,
    `  ${level}/${file}: ${test}.`,
    '',
    `      ${replayOf(one)}`,
  ].join('\n')
}
