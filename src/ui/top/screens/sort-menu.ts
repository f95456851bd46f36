import { type ColumnId, columnIds, columnOf } from '../columns.ts'
import type { Line, Span } from '../line.ts'
import { padEnd } from '../text.ts'
import type { Shown } from './shown.ts'

const entryWidth = 14

/** A letter for each column, in as many columns as the height asks for; the one in use is marked. */
export function sortMenuLines(shown: Shown, height: number): readonly Line[] {
  const perColumn = Math.max(1, height - 1)
  const lines = Array.from(
    { length: Math.min(perColumn, columnIds.length) },
    (_, line): Line =>
      columnIds.filter((_id, index) => index % perColumn === line).flatMap(id => entry(id, shown)),
  )
  return [[['Sort by', 'heading']], ...lines]
}

function entry(id: ColumnId, { view, theme }: Shown): readonly Span[] {
  const { letter, title } = columnOf(id)
  if (id !== view.sort.column) return [[`  ${letter}  `, 'bold'], [padEnd(title, entryWidth)]]
  const arrow = view.sort.reversed ? theme.glyphs.up : theme.glyphs.down
  return [
    [`  ${letter}  `, 'bold'],
    [padEnd(`${title} ${arrow}`, entryWidth), 'info'],
  ]
}
