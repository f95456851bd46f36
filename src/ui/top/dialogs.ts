import { filterText } from './actions.ts'
import { type ColumnId, columnIds, columnOf, defaultColumns } from './columns.ts'
import { parseFilter } from './filter.ts'
import { isNextKey, isPreviousKey } from './keys.ts'
import { typed } from './typing.ts'
import { clamp, type Dialog, type View } from './view.ts'

const pastKept = 50

/** Edits the filter that is being typed. What is understood is in force at once. */
export function editDraft(view: View, stroke: string): View {
  const { text = '', back = 0 } = view.draft ?? {}
  if (stroke === 'enter') return { ...remembered(view), draft: undefined }
  if (stroke === 'escape') return { ...retyped(view, ''), draft: undefined }
  if (stroke === 'up') return recalled(view, back + 1)
  if (stroke === 'down') return recalled(view, back - 1)
  if (stroke === 'backspace' && text === '') return { ...view, draft: undefined }
  const changed = typed(text, stroke)
  return changed === text ? view : retyped(view, changed)
}

/** The view with this text as its filter, or with the old filter and what is wrong with the text. */
export function retyped(view: View, text: string, back = 0): View {
  if (view.page === 'events') {
    return { ...view, draft: { text, error: undefined, back }, events: { ...view.events, text } }
  }
  const parsed = parseFilter(text)
  return parsed.kind === 'error'
    ? { ...view, draft: { text, error: parsed.error, back } }
    : { ...view, draft: { text, error: undefined, back }, filter: parsed.filter }
}

function remembered(view: View): View {
  const text = filterText(view)
  if (text === '') return view
  return { ...view, past: [text, ...view.past.filter(each => each !== text)].slice(0, pastKept) }
}

const recalled = (view: View, back: number): View =>
  back < 0 || back > view.past.length ? view : retyped(view, view.past[back - 1] ?? '', back)

/** A column's letter sorts by it, and again turns the order round; any other key closes the menu. */
export function pressSort(view: View, stroke: string): View {
  const column = columnIds.find(id => columnOf(id).letter === stroke)
  if (column === undefined) return { ...view, dialog: undefined }
  const reversed = view.sort.column === column && !view.sort.reversed
  return { ...view, dialog: undefined, sort: { column, reversed } }
}

const readingSteps: Readonly<Record<string, number>> = { pagedown: 10, pageup: -10, space: 10 }

/** Scrolls; `/` searches among the actions. */
export function pressReading(
  view: View,
  stroke: string,
  { kind, top }: Dialog & { kind: 'help' | 'prober' },
): View {
  if (stroke === '/' || stroke === ':')
    return { ...view, dialog: { kind: 'palette', text: '', at: 0 } }
  const line = isNextKey(stroke) ? 1 : isPreviousKey(stroke) ? -1 : undefined
  const step = line ?? readingSteps[stroke]
  return {
    ...view,
    dialog: step === undefined ? undefined : { kind, top: Math.max(0, top + step) },
  }
}

/** Space or Enter shows or hides a column, `0` goes back to the usual ones. */
export function pressColumns(
  view: View,
  stroke: string,
  at: number,
  chosen: readonly ColumnId[],
): View {
  const moved = (step: number): View => ({
    ...view,
    dialog: { kind: 'columns', at: clamp(at + step, columnIds.length) },
  })
  if (isNextKey(stroke)) return moved(1)
  if (isPreviousKey(stroke)) return moved(-1)
  if (stroke === '0') return { ...view, columns: defaultColumns }
  if (stroke !== 'space' && stroke !== 'enter') return { ...view, dialog: undefined }
  const id = columnIds[at]
  return id === undefined ? view : { ...view, columns: switched(chosen, id) }
}

/** Columns come in at their place in the table of columns; the name always stays. */
function switched(shown: readonly ColumnId[], id: ColumnId): readonly ColumnId[] {
  if (id === 'node') return shown
  if (shown.includes(id)) return shown.filter(each => each !== id)
  return [...shown, id].sort((a, b) => columnIds.indexOf(a) - columnIds.indexOf(b))
}
