import { join } from 'node:path'

/** Where everything lies in a project folder. */
export interface Project {
  root: string
  chart: string
  dist: string
}

/** Names the folders of the project at `root`, an absolute path. */
export function projectAt(root: string): Project {
  return { root, chart: join(root, 'chart'), dist: join(root, 'dist') }
}
