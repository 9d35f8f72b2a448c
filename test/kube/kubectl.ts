import { must } from '../runner/command.ts'
import type { Release } from './helm.ts'

/** Runs kubectl in a release's namespace. */
export const kubectl = (of: Release, ...args: string[]) =>
  must('kubectl', ['--namespace', of.namespace, ...args], { deadline: 240_000 })
