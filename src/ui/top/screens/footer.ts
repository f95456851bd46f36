import { type ActionId, actionIds, bindingOf } from '../bindings.ts'
import { columnOf } from '../columns.ts'
import { lackOf } from '../filter.ts'
import { count } from '../format.ts'
import { keyName } from '../keys.ts'
import { placedColumns } from '../layout.ts'
import { type Line, lineWidth, parts, type Span, spread } from '../line.ts'
import type { Progress } from '../probing.ts'
import { markLine, promptLine, promptOf } from '../prompt.ts'
import { clean, cut, widthOf } from '../text.ts'
import type { Dialog, Message } from '../view.ts'
import { meshPlace, meshWords } from './mesh.ts'
import type { Shown } from './shown.ts'

/** What is filtered, selected, marked and being probed. */
export function statusLine(shown: Shown, width: number): Line {
  const { view, order, board, probing, events, log } = shown
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
  if (prompt === undefined) return spread(filterLine(shown, width), parts(right, width), width)
  const line = promptLine(prompt, width, shown.theme.glyphs)
  const room = width - lineWidth(parts(right, width))
  return lineWidth(line) < room ? spread(line, parts(right, width), width) : line
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

type Hints = readonly (readonly [string, string])[]

const draftHints: Hints = [
  ['Enter', 'keeps'],
  ['Esc', 'clears'],
  ['Up', 'earlier filters'],
]
const readingHints: Hints = [
  ['j k', 'scroll'],
  ['/', 'search'],
  ['Esc', 'close'],
]
const dialogHints: Readonly<Record<Exclude<Dialog['kind'], 'confirm'>, Hints>> = {
  help: readingHints,
  prober: readingHints,
  text: readingHints,
  sort: [
    ['letter', 'sorts, again reverses'],
    ['Up Down', 'choose'],
    ['Esc', 'close'],
  ],
  columns: [
    ['Space', 'shows or hides'],
    ['0', 'the usual ones'],
    ['Esc', 'close'],
  ],
  palette: [
    ['Enter', 'runs'],
    ['Up Down', 'choose'],
    ['Esc', 'close'],
  ],
  copy: [
    ['n', 'name'],
    ['i', 'IP'],
    ['r', 'row'],
    ['Esc', 'close'],
  ],
  export: [
    ['c', 'CSV'],
    ['j', 'JSON'],
    ['t', 'text'],
    ['Esc', 'close'],
  ],
}

/** The last line: a message for a few seconds, what is wrong with the filter, or the keys. */
export function hintLine(shown: Shown, width: number): Line {
  const { dialog, draft, message } = shown.view
  if (dialog?.kind === 'confirm') return [[`${dialog.question} (y/n)`, 'warn']]
  const prompt = promptOf(shown.view)
  if (prompt !== undefined && draft?.error !== undefined) {
    return markLine(prompt, draft.error, width, shown.theme.glyphs)
  }
  const lack = lackOf(shown.view.filter, shown.board.snapshot.nodes)
  if (draft !== undefined && lack !== undefined) return [[lack, 'warn']]
  if (draft !== undefined) return hints(draftHints, width)
  if (dialog?.kind === 'export' && dialog.format !== undefined) {
    return hints(
      [
        ['Enter', 'writes the file'],
        ['Esc', 'close'],
      ],
      width,
    )
  }
  if (dialog?.kind === 'help' && dialog.search !== undefined) {
    return hints(dialogHints.palette, width)
  }
  if (dialog !== undefined) return hints(dialogHints[dialog.kind], width)
  if (message !== undefined) return messageLine(message, shown, width)
  return hints(pageHints(shown), width)
}

/** A message that is too long says how to read the rest. */
function messageLine({ text, tone }: Message, { keys, theme }: Shown, width: number): Line {
  if (widthOf(text) <= width) return [[text, tone]]
  const rest = `  ${keyName(keys.messages[0] ?? '')} more`
  return [
    [cut(text, Math.max(1, width - widthOf(rest)), theme.glyphs.ellipsis), tone],
    [rest, 'dim'],
  ]
}

/** What the keys do now, first those whose meaning the state of the view has changed. */
function pageHints({ view, keys }: Shown): Hints {
  const now = hintsNow(view)
  const rest = actionIds.flatMap(id => {
    const { hint, pages } = bindingOf(id)
    const told = hint === undefined || now.some(([own]) => own === id)
    return told || !pages.includes(view.page) || id === view.page ? [] : [[id, hint] as const]
  })
  return [...now, ...rest].map(([id, hint]) => [keyName(keys[id][0] ?? ''), hint])
}

function hintsNow(view: Shown['view']): readonly (readonly [ActionId, string])[] {
  const onTable = view.page === 'table'
  const back = onTable ? undoText(view) : view.chart.cursorMs === undefined ? 'back' : 'newest'
  const hints = [
    [back !== '', 'back', back],
    [onTable && view.marks.size > 0, 'probe', 'probe marked'],
    [onTable && view.wide, 'scrollLeft', 'left'],
    [onTable && view.wide, 'scrollRight', 'right'],
    [view.frozen !== undefined, 'freeze', 'unfreeze'],
  ] as const
  return hints.flatMap(([holds, id, hint]) => (holds ? [[id, hint] as const] : []))
}

/** What one step back takes away from the table. */
const undoText = ({ filter, errorsOnly, marks }: Shown['view']): string => {
  if (filter.text !== '') return 'no filter'
  if (errorsOnly) return 'all nodes'
  return marks.size > 0 ? 'unmark' : ''
}

const hints = (pairs: Hints, width: number): Line =>
  parts(
    pairs.map(([key, title]) => [`${key} ${title}`, 'dim'] as const),
    width,
  )
