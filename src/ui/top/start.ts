import { type ColumnId, columnIds, defaultColumns, isColumnId } from './columns.ts'
import { retyped } from './dialogs.ts'
import { clean } from './text.ts'
import type { ThemeName } from './theme.ts'
import { firstView, type View } from './view.ts'

export interface StartOptions {
  /** A column's id, with a minus before it to reverse it. */
  readonly sort?: string | undefined
  readonly filter?: string | undefined
  /** Ids of the columns to show. */
  readonly columns?: readonly string[] | undefined
}

const readMs = 8000

/** The view to begin with. What is wrong with a wish is told on the screen; the rest is granted. */
export function startView(options: StartOptions, theme: ThemeName, nowMs: number): View {
  const wrong: string[] = []
  const columns = columnsOf(options.columns, wrong)
  const view = sorted(filtered({ ...firstView, theme, columns }, options, wrong), options, wrong)
  if (wrong.length === 0) return view
  const message = { text: clean(wrong.join('; ')), tone: 'warn', untilMs: nowMs + readMs } as const
  return { ...view, message }
}

function columnsOf(names: readonly string[] | undefined, wrong: string[]): readonly ColumnId[] {
  if (names === undefined) return defaultColumns
  const unknown = names.filter(name => !isColumnId(name))
  if (unknown.length > 0) {
    wrong.push(`no column "${unknown.join('", "')}"; there are ${columnIds.join(' ')}`)
  }
  return [...new Set<ColumnId>(['node', ...names.filter(isColumnId)])]
}

function filtered(view: View, { filter }: StartOptions, wrong: string[]): View {
  if (filter === undefined) return view
  const typed = retyped(view, filter)
  const error = typed.draft?.error
  if (error !== undefined) wrong.push(`filter "${filter}": ${error.message}`)
  return { ...typed, draft: undefined }
}

function sorted(view: View, { sort }: StartOptions, wrong: string[]): View {
  if (sort === undefined) return view
  const column = sort.replace(/^-/, '')
  if (isColumnId(column)) return { ...view, sort: { column, reversed: sort.startsWith('-') } }
  wrong.push(`no column "${sort}" to sort by`)
  return view
}
