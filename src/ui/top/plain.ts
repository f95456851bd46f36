import type { Snapshot } from '../../core/model/snapshot.ts'
import type { ColumnId } from './columns.ts'
import { failureWords } from './format.ts'
import { defaultKeys } from './keys.ts'
import { columnsInUse } from './layout.ts'
import { type Line, paintLine } from './line.ts'
import { orderOf, type Sort } from './order.ts'
import { boardOf } from './rows.ts'
import { headerLines } from './screens/header.ts'
import type { Shown } from './screens/shown.ts'
import { headingLine, tableLines } from './screens/table.ts'
import { startView } from './start.ts'
import { createTheme, uncoded } from './theme.ts'

export interface PlainOptions {
  readonly width: number
  readonly nowMs: number
  readonly color: boolean
  readonly ascii: boolean
  readonly columns?: readonly ColumnId[] | undefined
  readonly sort?: Sort | undefined
}

/** One plain table of a snapshot, for stdout that is no terminal (or TERM=dumb). Pure. */
export function renderPlain(snapshot: Snapshot, options: PlainOptions): string {
  const { width, nowMs } = options
  const styled = createTheme({ theme: 'default', ...options })
  const theme = options.color ? styled : { ...styled, paint: uncoded }
  const board = boardOf(snapshot, nowMs)
  const view = { ...startView(options, 'default'), at: -1 }
  const order = orderOf(board, view, nowMs)
  const shown: Shown = {
    title: 'cilium-health',
    theme,
    view,
    board,
    order,
    columns: columnsInUse(view, board, width),
    nowMs,
    startedAtMs: nowMs,
    mesh: undefined,
    sources: { labels: [], at: 0, snapshot: () => snapshot },
    probing: undefined,
    statusText: failureWords,
    keys: defaultKeys,
    events: [],
    log: [],
  }
  const lines: readonly Line[] = [
    ...headerLines(shown, width, Number.POSITIVE_INFINITY),
    headingLine(shown, width),
    ...tableLines(shown, width, order.names.length),
  ]
  return `${lines.map(line => paintLine(line, width, theme).trimEnd()).join('\n')}\n`
}
