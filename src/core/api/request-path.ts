import { posix } from 'node:path'

/** The path that a request asks for, as it is written; it may name the host before it. */
export const pathOf = (url = ''): string =>
  url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] ?? ''

/** The same as Go's router looks it up: without empty and dot parts, and a slash at the end. */
export const cleanPath = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, '')
