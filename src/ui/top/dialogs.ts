import { columnIds, columnOf } from './columns.ts'
import { everything, parseFilter } from './filter.ts'
import type { View } from './view.ts'

/** Edits the filter that is being typed. What is understood is in force at once. */
export function editDraft(view: View, stroke: string): View {
  const text = view.draft?.text ?? ''
  if (stroke === 'enter') return { ...view, draft: undefined }
  if (stroke === 'escape') return { ...view, draft: undefined, filter: everything }
  if (stroke === 'backspace' || stroke === 'delete') {
    return text === ''
      ? { ...view, draft: undefined }
      : retyped(view, [...text].slice(0, -1).join(''))
  }
  if (stroke === 'ctrl+u') return retyped(view, '')
  if (stroke === 'ctrl+w') return retyped(view, text.replace(/\S+\s*$/, ''))
  if (stroke === 'space') return retyped(view, `${text} `)
  return [...stroke].length === 1 ? retyped(view, text + stroke) : view
}

/** The view with this text as its filter, or with the old filter and what is wrong with the text. */
export function retyped(view: View, text: string): View {
  const parsed = parseFilter(text)
  return parsed.kind === 'error'
    ? { ...view, draft: { text, error: parsed.error } }
    : { ...view, draft: { text, error: undefined }, filter: parsed.filter }
}

/** A column's letter sorts by it, and again turns the order round; any other key closes the menu. */
export function pressSort(view: View, stroke: string): View {
  const column = columnIds.find(id => columnOf(id).letter === stroke)
  if (column === undefined) return { ...view, dialog: undefined }
  const reversed = view.sort.column === column && !view.sort.reversed
  return { ...view, dialog: undefined, sort: { column, reversed } }
}

const helpSteps: Readonly<Record<string, number>> = {
  j: 1,
  down: 1,
  k: -1,
  up: -1,
  pagedown: 10,
  pageup: -10,
  space: 10,
}

export function pressHelp(view: View, stroke: string): View {
  const step = helpSteps[stroke]
  if (view.dialog?.kind !== 'help' || step === undefined) return { ...view, dialog: undefined }
  return { ...view, dialog: { kind: 'help', top: Math.max(0, view.dialog.top + step) } }
}
