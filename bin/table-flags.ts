import { UserError } from '../src/core/errors.ts'
import type { Filter } from '../src/ui/top/filter.ts'
import type { Keymap } from '../src/ui/top/keys.ts'
import type { StartOptions } from '../src/ui/top/start.ts'
import { misplaced } from './filter.ts'

/** What the table of nodes shows; stored settings of the same names are read alike. */
export interface TableFlags {
  readonly columns?: readonly string[]
  readonly sort?: string
  readonly filter?: string
}

/** The flags, understood; throws a UserError that names the flag and what there is. */
export async function tableOf({ columns, sort, filter }: TableFlags): Promise<StartOptions> {
  return {
    columns: columns && (await columnsOf(columns, '--columns')),
    sort: sort === undefined ? undefined : await sortOf(sort, '--sort'),
    filter: filter === undefined ? undefined : await tableFilterOf(filter, '--filter'),
  }
}

const start = () => import('../src/ui/top/start.ts')

export async function columnsOf(words: readonly string[], flag: string) {
  const parsed = (await start()).parseColumns(words)
  if (parsed.kind === 'error') throw new UserError(`${flag}: ${parsed.message}`)
  return parsed.columns
}

export async function sortOf(text: string, flag: string) {
  const parsed = (await start()).parseSort(text)
  if (parsed.kind === 'error') throw new UserError(`${flag}: ${parsed.message}`)
  return parsed.sort
}

export async function tableFilterOf(text: string, flag: string): Promise<Filter> {
  const { parseFilter } = await import('../src/ui/top/filter.ts')
  const parsed = parseFilter(text)
  if (parsed.kind === 'filter') return parsed.filter
  const { message, at } = parsed.error
  throw misplaced(flag, text, { message, position: at })
}

/** Actions' names and their keys, in the place of the usual ones. */
export async function keysOf(own: Readonly<Record<string, string>>, flag: string): Promise<Keymap> {
  const { bindKeys } = await import('../src/ui/top/keys.ts')
  const bound = bindKeys(own)
  if (bound.kind === 'error') throw new UserError(`${flag}: ${bound.message}`)
  return bound.keys
}
