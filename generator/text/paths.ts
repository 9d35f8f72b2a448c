/** The last part of a path with slashes. */
export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What a path with slashes has before its last part; empty if there is nothing. */
export const dirname = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
