import type { ColumnId } from '../columns.ts'
import { gutter, placedColumns } from '../layout.ts'
import { bodyHeight, listTop } from './screen.ts'
import type { Shown } from './shown.ts'

/** What a click on the screen is on. */
export type Hit =
  | { readonly kind: 'row'; readonly place: number }
  | { readonly kind: 'heading'; readonly column: ColumnId }

export function hitOf(
  shown: Shown,
  { width, height }: { readonly width: number; readonly height: number },
  { x, y }: { readonly x: number; readonly y: number },
): Hit | undefined {
  const { view, order, events } = shown
  if (view.page === 'detail' || view.page === 'mesh') return undefined
  const line = y - listTop(shown, width, height)
  if (line === -1 && view.page === 'table') {
    const column = columnAt(shown, width, x)
    return column === undefined ? undefined : { kind: 'heading', column }
  }
  if (line < 0 || line >= bodyHeight(shown, width, height)) return undefined
  const [top, length] =
    view.page === 'events' ? [view.events.top, events.length] : [view.top, order.names.length]
  return top + line < length ? { kind: 'row', place: top + line } : undefined
}

function columnAt(shown: Shown, width: number, x: number): ColumnId | undefined {
  let from = gutter
  for (const { id, width: own } of placedColumns(shown.view, shown.board, width)) {
    if (x >= from && x < from + own) return id
    from += own + 1
  }
  return undefined
}
