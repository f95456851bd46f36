import { columnOf } from '../columns.ts'
import { lackOf } from '../filter.ts'
import { count } from '../format.ts'
import { placedColumns } from '../layout.ts'
import { type Line, lineWidth, parts, type Span, spread } from '../line.ts'
import type { Progress } from '../probing.ts'
import { promptLine, promptOf } from '../prompt.ts'
import { clean } from '../text.ts'
import { meshPlace, meshWords } from './mesh.ts'
import type { Shown } from './shown.ts'

/** What is filtered, selected, marked and being probed. */
export function statusLine(shown: Shown, width: number): Line {
  const { view, order, board, probing, events, log, theme } = shown
  const right: Span[] = []
  if (probing !== undefined) right.push([progressText(shown, probing), 'info'])
  if (view.mouse) right.push(['MOUSE', 'bold'])
  if (view.follow) right.push(['FOLLOW', 'bold'])
  if (view.marks.size > 0) right.push([marksText(shown), 'bold'])
  const places = {
    table: () => place(view.at, order.names.length, board.rows.length),
    detail: () => place(view.at, order.names.length, board.rows.length),
    events: () => place(view.events.at, events.length, log.length),
    mesh: () => meshPlace(shown),
  }
  if (view.page === 'table' && view.wide) right.push([wideText(shown, width), 'bold'])
  right.push([places[view.page]()])
  const prompt = promptOf(view)
  if (prompt === undefined)
    return spread(filterLine(shown, width), parts(right, width), width, theme)
  const line = promptLine(prompt, width, theme.glyphs)
  const room = width - lineWidth(parts(right, width))
  return lineWidth(line) < room ? spread(line, parts(right, width), width, theme) : line
}

/** Which of the columns beside the name are shown. */
function wideText({ view, board, columns }: Shown, width: number): string {
  const all = columns.length - 1
  const shown = placedColumns(view, board, width).length - 1
  return `WIDE ${Math.min(view.scroll + 1, all)}-${Math.min(view.scroll + shown, all)} of ${all}`
}

const place = (at: number, length: number, total: number): string =>
  `${length === 0 ? 0 : at + 1}/${length}${length === total ? '' : ` of ${total}`}`

function progressText({ board }: Shown, { nodes, share }: Progress): string {
  const most = board.snapshot.prober?.maxProbesPerSecond
  const what = `probing ${count(nodes, 'node')}`
  if (share === undefined) return `${what} ...`
  return `${what}: ${Math.floor(100 * share)}%${most === undefined ? '' : `, at most ${Math.round(most)}/s`}`
}

/** Marks that a filter hides are told: what is done with marked nodes is done with those shown. */
function marksText({ view: { marks }, order }: Shown): string {
  const shown = order.names.reduce((sum, name) => sum + (marks.has(name) ? 1 : 0), 0)
  return `${marks.size} marked${shown === marks.size ? '' : `, ${marks.size - shown} hidden`}`
}

function filterLine(shown: Shown, width: number): Line {
  const { view } = shown
  if (view.page === 'mesh') return [[meshWords(shown)]]
  const filters = view.page === 'events' ? eventFilters(view.events) : nodeFilters(shown)
  return [[[...filters, ...sortedBy(shown, width)].join('  ')]]
}

const nodeFilters = ({ view, board }: Shown): readonly string[] => {
  const { filter, errorsOnly } = view
  const lack = lackOf(filter, board.snapshot.nodes)
  return [
    ...(filter.text === '' ? [] : [`filter: ${clean(filter.text)}`]),
    ...(lack === undefined ? [] : [`(${lack})`]),
    ...(errorsOnly ? ['errors only'] : []),
  ]
}

/** By which column the rows are sorted, where no heading on the screen tells it. */
function sortedBy({ view, board, theme }: Shown, width: number): readonly string[] {
  const { column, reversed } = view.sort
  const told = placedColumns(view, board, width).some(({ id }) => id === column)
  if (view.page !== 'table' || told) return []
  return [`sorted by ${columnOf(column).title} ${reversed ? theme.glyphs.up : theme.glyphs.down}`]
}

const eventFilters = ({ level, text }: Shown['view']['events']): readonly string[] => [
  ...(level === 'info' ? [] : [`severity >= ${level}`]),
  ...(text === '' ? [] : [`filter: ${clean(text)}`]),
]
