import { type ColumnId, columnIds, defaultColumns, isColumnId } from './columns.ts'
import { retyped } from './dialogs.ts'
import { clean } from './text.ts'
import { told } from './text-dialog.ts'
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

/** The view to begin with. What is wrong with a wish is told on the screen; the rest is granted. */
export function startView(options: StartOptions, theme: ThemeName, nowMs: number): View {
  const wrong: string[] = []
  const columns = columnsOf(options.columns, wrong)
  const view = sorted(filtered({ ...firstView, theme, columns }, options, wrong), options, wrong)
  if (wrong.length === 0) return view
  const message = { text: clean(wrong.join('; ')), tone: 'warn', untilMs: nowMs + readMs } as const
  return told(view, message, nowMs)
}

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
