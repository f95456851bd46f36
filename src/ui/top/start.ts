import { type ColumnId, columnIds, isColumnId } from './columns.ts'
import type { Filter } from './filter.ts'
import type { Sort } from './order.ts'
import type { ThemeName } from './theme.ts'
import { firstView, type View } from './view.ts'

export interface StartOptions {
  readonly sort?: Sort | undefined
  readonly filter?: Filter | undefined
  readonly columns?: readonly ColumnId[] | undefined
}

/** The view to begin with. */
export const startView = (options: StartOptions, theme: ThemeName): View => ({
  ...firstView,
  theme,
  columns: options.columns ?? firstView.columns,
  filter: options.filter ?? firstView.filter,
  sort: options.sort ?? firstView.sort,
})

type Error = { readonly kind: 'error'; readonly message: string }
export type ParsedColumns =
  | { readonly kind: 'columns'; readonly columns: readonly ColumnId[] }
  | Error
export type ParsedSort = { readonly kind: 'sort'; readonly sort: Sort } | Error

/** Columns by their ids, in words or between commas; the name is always there, first. */
export function parseColumns(words: readonly string[]): ParsedColumns {
  const names = words.flatMap(word => word.split(',')).filter(Boolean)
  const unknown = names.filter(name => !isColumnId(name))
  if (unknown.length > 0) return noColumn(unknown)
  return { kind: 'columns', columns: [...new Set(['node', ...names].filter(isColumnId))] }
}

/** A column's id, with a minus before it to reverse it. */
export function parseSort(text: string): ParsedSort {
  const column = text.replace(/^-/, '')
  if (!isColumnId(column)) return noColumn([column])
  return { kind: 'sort', sort: { column, reversed: text.startsWith('-') } }
}

const noColumn = (names: readonly string[]): Error => ({
  kind: 'error',
  message: `no column "${names.join('", "')}"; there are ${columnIds.join(' ')}`,
})
