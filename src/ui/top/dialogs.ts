import { filterText } from './actions.ts'
import type { ActionId } from './bindings.ts'
import { type ColumnId, columnIds, columnOf, defaultColumns } from './columns.ts'
import { endsInField, parseFilter } from './filter.ts'
import { actionFor } from './keys.ts'
import { movedBy } from './moves.ts'
import { type Typing, typed, typingOf } from './typing.ts'
import { clamp, type Dialog, type Draft, type Scene, type View } from './view.ts'

const pastKept = 50

/** Edits the filter that is being typed. What is understood is in force at once. */
export function editDraft(view: View, draft: Draft, stroke: string): View {
  if (stroke === 'enter') return accepted(view, draft)
  if (stroke === 'escape') return { ...retyped(view, typingOf('')), draft: undefined }
  if (stroke === 'up') return recalled(view, draft.back + 1)
  if (stroke === 'down') return recalled(view, draft.back - 1)
  if (stroke === 'backspace' && draft.text === '') return { ...view, draft: undefined }
  const changed = typed(draft, stroke)
  return changed === undefined ? view : retyped(view, changed)
}

/** The view with this text as its filter, or with the last good one while the text is not whole. */
function retyped(view: View, { text, cursor }: Typing, back = 0): View {
  const good = view.draft?.good ?? view.filter
  const draft = { text, cursor, error: undefined, back, good }
  if (view.page === 'events') return { ...view, draft, events: { ...view.events, text } }
  const parsed = parseFilter(text)
  if (parsed.kind === 'error') {
    return { ...view, filter: good, draft: { ...draft, error: parsed.error } }
  }
  const { filter } = parsed
  const whole = /(^|[\s)])$/.test(text)
  return {
    ...view,
    filter: endsInField(text) ? good : filter,
    draft: { ...draft, good: whole ? filter : good },
  }
}

/** What is wrong with the text keeps the prompt open. */
function accepted(view: View, { text, error }: Draft): View {
  if (error !== undefined) return view
  const parsed = parseFilter(text)
  const taken = view.page !== 'events' && parsed.kind === 'filter'
  return remembered({
    ...view,
    filter: taken ? parsed.filter : view.filter,
    draft: undefined,
  })
}

function remembered(view: View): View {
  const text = filterText(view)
  if (text === '') return view
  return { ...view, past: [text, ...view.past.filter(each => each !== text)].slice(0, pastKept) }
}

const recalled = (view: View, back: number): View =>
  back < 0 || back > view.past.length
    ? view
    : retyped(view, typingOf(view.past[back - 1] ?? ''), back)

const sortSteps: Readonly<Record<string, number>> = { down: 1, up: -1 }

/**
 * A column's letter sorts by it, and again turns the order round; arrows go through the columns. Any
 * other key closes the menu.
 */
export function pressSort(view: View, stroke: string): View {
  const step = sortSteps[stroke]
  if (step !== undefined) {
    const at = clamp(columnIds.indexOf(view.sort.column) + step, columnIds.length)
    return { ...view, sort: { column: columnIds[at] ?? view.sort.column, reversed: false } }
  }
  const column = columnIds.find(id => columnOf(id).letter === stroke)
  if (column === undefined) return { ...view, dialog: undefined }
  const reversed = view.sort.column === column && !view.sort.reversed
  return { ...view, dialog: undefined, sort: { column, reversed } }
}

/** Scrolls; `/` searches the help, and the keys that lead out of a view close it. */
export function pressReading(
  view: View,
  stroke: string,
  dialog: Dialog & { kind: 'help' | 'prober' | 'text' },
  scene: Scene,
): View {
  const { length, body } = scene.reading()
  const top = movedBy(stroke, scene.keys, dialog.top, body, Math.max(1, length - body + 1))
  if (top !== undefined) return { ...view, dialog: { ...dialog, top } }
  const action = actionFor(stroke, 'table', scene.keys)
  if (action === 'filter' && dialog.kind === 'help') {
    return { ...view, dialog: { kind: 'help', top: 0, search: { ...typingOf(''), at: 0 } } }
  }
  return closing.has(action) ? { ...view, dialog: undefined } : view
}

const closing: ReadonlySet<unknown> = new Set<ActionId>(['back', 'quit', 'help', 'prober'])

/** Space or Enter shows or hides a column, `0` goes back to the usual ones. */
export function pressColumns(view: View, stroke: string, at: number, scene: Scene): View {
  if (stroke === '0') return { ...view, columns: defaultColumns }
  const id = columnIds[at]
  if (id !== undefined && (stroke === 'space' || stroke === 'enter')) {
    return { ...view, columns: switched(scene.chosen, id) }
  }
  const moved = movedBy(stroke, scene.keys, at, scene.body, columnIds.length)
  return { ...view, dialog: moved === undefined ? undefined : { kind: 'columns', at: moved } }
}

/** Columns come in at their place in the table of columns; the name always stays. */
function switched(shown: readonly ColumnId[], id: ColumnId): readonly ColumnId[] {
  if (id === 'node') return shown
  if (shown.includes(id)) return shown.filter(each => each !== id)
  return [...shown, id].sort((a, b) => columnIds.indexOf(a) - columnIds.indexOf(b))
}
