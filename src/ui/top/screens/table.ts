import { staleAfterMs } from '../../../core/model/verdict.ts'
import { stateTone } from '../cells.ts'
import { columnOf } from '../columns.ts'
import { age } from '../format.ts'
import { type Placed, placedColumns } from '../layout.ts'
import { blank, fill, type Line, lineWidth, type Span, select } from '../line.ts'
import { type Row, rowNamed } from '../rows.ts'
import { clean, cut, head, padEnd, padStart, widthOf, wrap } from '../text.ts'
import { retryText } from './header.ts'
import type { Shown } from './shown.ts'

/** The node table: exactly `height` rows from the window's top, or why there are none. */
export function tableLines(shown: Shown, width: number, height: number): readonly Line[] {
  const { board, order, view } = shown
  if (order.names.length === 0) return emptyLines(shown, width, height)
  const placed = placedColumns(view, board, width)
  const dimmed = board.snapshot.feed.kind === 'lost'
  return Array.from({ length: height }, (_, index) => {
    const place = view.top + index
    const row = rowNamed(board, order.names[place])
    if (row === undefined) return blank
    const line = rowLine(row, placed, shown)
    if (place === view.at) return select(line, width)
    return dimmed ? fill(line, width, 'dim') : line
  })
}

/** The column that sorts is lit, and has an arrow. */
export function headingLine({ view, board, theme }: Shown, width: number): Line {
  const spans = placedColumns(view, board, width).map(({ id, width: room }): Span => {
    const { title, align } = columnOf(id)
    const arrow = view.sort.reversed ? theme.glyphs.up : theme.glyphs.down
    const sorts = id === view.sort.column
    const text = sorts ? head(title, room - 1) + arrow : head(title, room)
    const padded = align === 'left' ? padEnd(text, room) : padStart(text, room)
    return [padded, sorts ? 'sorted' : 'heading']
  })
  const between: Span = [' ', 'heading']
  const line = [between, ...spans.flatMap(span => [between, span])]
  return [...line, [' '.repeat(Math.max(0, width - lineWidth(line))), 'heading']]
}

function rowLine(row: Row, placed: readonly Placed[], shown: Shown): Line {
  const { theme, view, nowMs, board } = shown
  const { glyphs } = theme
  const { beside } = board
  const context = { nowMs, staleAfterMs: staleAfterMs(board.snapshot), glyphs, beside }
  const spans: Span[] = [
    [glyphs.states[row.state], stateTone[row.state]],
    view.marks.has(row.node.name) ? ['*', 'bold'] : [' '],
  ]
  for (const { id, width } of placed) {
    const column = columnOf(id)
    const [text, tone] = column.cell(row, width, context)
    const told = head(text, width)
    const padding: Span = [' '.repeat(Math.max(0, width - widthOf(told)))]
    // Only what is told is painted: its background does not run on.
    spans.push(
      ...(column.align === 'left'
        ? [[told, tone] as const, padding]
        : [padding, [told, tone] as const]),
    )
    spans.push([' '])
  }
  return spans.slice(0, -1)
}

/** Never a blank screen: what we wait for, or what hides the rows. */
function emptyLines(shown: Shown, width: number, height: number): readonly Line[] {
  const { ellipsis } = shown.theme.glyphs
  const above = height < roomForBlank ? [] : [blank]
  const lines = emptyTexts(shown).flatMap(([text, tone]) =>
    wrap(text, Math.max(1, width - 2), ellipsis).map((line): Line => [['  '], [line, tone]]),
  )
  return [...above, ...lines]
}

const roomForBlank = 5

function emptyTexts({ board, view, nowMs, startedAtMs, theme }: Shown): readonly Span[] {
  const { feed, origin, nodes } = board.snapshot
  const label = clean(origin.label)
  if (nodes.length > 0) {
    if (view.filter.text === '') return [['Every node is OK. e shows them all.']]
    const text = cut(clean(view.filter.text), longestQuoted, theme.glyphs.ellipsis)
    return [[`No node matches "${text}". Esc clears the filter.`]]
  }
  if (feed.kind === 'starting') {
    return [[`Connecting to ${label} ... ${age(nowMs - startedAtMs)}`]]
  }
  if (feed.kind === 'lost') {
    // What was never there is not lost: it is still being tried.
    const waited = age(nowMs - Math.min(startedAtMs, feed.sinceMs))
    const tried = `Last try${retryText(feed, nowMs)}: ${clean(feed.reason)}`
    return [[`Connecting to ${label} ... ${waited}`], [tried, 'warn']]
  }
  return [[`No nodes reported yet by ${label}.`], ['They appear here as they join.', 'dim']]
}

const longestQuoted = 60
