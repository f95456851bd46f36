import type { NodeName } from '../../core/model/node.ts'
import { type Row, rowNamed } from './rows.ts'
import type { Shown } from './screens/shown.ts'
import { rowCells, sheetOf } from './sheet.ts'
import { clean } from './text.ts'

export type CopyChoice = 'name' | 'ip' | 'row'
/** A key for each thing to copy. */
export const copyChoices: Readonly<Record<string, CopyChoice>> = {
  n: 'name',
  y: 'name',
  i: 'ip',
  r: 'row',
}

/** The text to copy of what is selected, or a line for each marked node; undefined where nothing is. */
export function copyText(shown: Shown, what: CopyChoice): string | undefined {
  const { view, board, events, order } = shown
  if (view.page === 'table' && view.marks.size > 0) {
    const marked = [...view.marks].flatMap(name => rowNamed(board, name) ?? [])
    return marked.map(row => rowText(row, shown, what)).join('\n')
  }
  const event = view.page === 'events' ? events[view.events.at] : undefined
  const name = {
    table: order.names[view.at],
    detail: view.selected,
    events: event?.nodes[0],
    mesh: view.mesh.pair?.to ?? (view.mesh.cursor.rowName as NodeName | undefined),
  }[view.page]
  const row = rowNamed(board, name)
  if (what === 'row' && event !== undefined) {
    return sheetOf(shown).rows[view.events.at]?.join('\t')
  }
  if (row === undefined) return what === 'name' && name !== undefined ? clean(name) : undefined
  return rowText(row, shown, what)
}

const rowText = (row: Row, shown: Shown, what: CopyChoice): string =>
  ({ name: row.name, ip: clean(row.host?.ip ?? ''), row: rowCells(row, shown).join('\t') })[what]

/** What asks a terminal to put a text into its clipboard (OSC 52). */
export const clipboardCode = (text: string): string =>
  `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`
