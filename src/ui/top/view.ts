import type { NodeName } from '../../core/model/node.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { type ColumnId, columnIds } from './columns.ts'
import { everything, type Filter } from './filter.ts'
import type { FilterError } from './filter-fields.ts'
import type { ActionId, Page } from './keys.ts'
import type { Choice, Order, Sort } from './order.ts'

export interface Message {
  readonly text: string
  readonly tone: 'info' | 'warn'
  readonly untilMs: number
}

export type Dialog =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'sort' }
  | { readonly kind: 'confirm'; readonly question: string; readonly nodes: readonly NodeName[] }

/** All that the user chose: with a snapshot and a size it makes the screen. */
export interface View extends Choice {
  readonly page: Page
  readonly dialog: Dialog | undefined
  /** The selection is a node; its place is kept for the case that the node goes. */
  readonly selected: NodeName | undefined
  readonly at: number
  readonly top: number
  readonly sort: Sort
  readonly filter: Filter
  /** The filter that is being typed; the one in force is the last that was understood. */
  readonly draft: { readonly text: string; readonly error: FilterError | undefined } | undefined
  readonly frozen: { readonly snapshot: Snapshot; readonly nowMs: number } | undefined
  /** Keeps the selected row on the same line of the screen while rows move. */
  readonly follow: boolean
  readonly marks: ReadonlySet<NodeName>
  readonly windowMs: number
  readonly log: boolean
  readonly message: Message | undefined
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const windowsMs: readonly number[] = [5 * minuteMs, 15 * minuteMs, hourMs, 6 * hourMs]

export const firstView: View = {
  page: 'table',
  dialog: undefined,
  selected: undefined,
  at: 0,
  top: 0,
  sort: { column: 'state', reversed: false },
  filter: everything,
  draft: undefined,
  errorsOnly: false,
  frozen: undefined,
  follow: false,
  marks: new Set(),
  windowMs: hourMs,
  log: false,
  message: undefined,
}

/** What a change may look at: the rows in their order, and how many of them fit. */
export interface Scene {
  readonly order: Order
  readonly body: number
  readonly snapshot: Snapshot
  readonly nowMs: number
  /** The columns on screen, for moving the sort column. */
  readonly columns: readonly ColumnId[]
}

type Change = (view: View, scene: Scene) => View

/** The place of the selection: the node's own, or where it was when it went. */
export const placeOf = (view: View, order: Order): number => {
  const own = view.selected === undefined ? undefined : order.index.get(view.selected)
  return own ?? Math.max(0, Math.min(view.at, order.names.length - 1))
}

/** Brings the selection and the window in step with the rows. */
export function settle(view: View, order: Order, body: number): View {
  const at = placeOf(view, order)
  const drift = view.follow ? at - view.at : 0
  const top = windowTop(view.top + drift, at, order.names.length, body)
  // A node that a filter hides stays selected: it is found again when the filter goes.
  const selected = order.names.length === 0 ? view.selected : order.names[at]
  return at === view.at && top === view.top && selected === view.selected
    ? view
    : { ...view, at, top, selected }
}

function windowTop(top: number, at: number, rows: number, body: number): number {
  const visible = Math.max(at - body + 1, Math.min(top, at))
  return Math.max(0, Math.min(visible, rows - body))
}

const select =
  (placeFrom: (at: number, scene: Scene) => number): Change =>
  (view, scene) => {
    const { names } = scene.order
    const wanted = placeFrom(placeOf(view, scene.order), scene)
    const at = Math.max(0, Math.min(wanted, names.length - 1))
    // By hand the window moves as little as it must, even while it follows the row.
    const top = windowTop(view.top, at, names.length, scene.body)
    return { ...view, selected: names[at] ?? view.selected, at, top }
  }

const sortBeside =
  (step: number): Change =>
  (view, { columns }) => {
    const sortable = columns.length === 0 ? columnIds : columns
    const place = sortable.indexOf(view.sort.column)
    const column = sortable[(place + step + sortable.length) % sortable.length] ?? 'state'
    return { ...view, sort: { column, reversed: false } }
  }

const zoom =
  (step: number): Change =>
  view => {
    const place = windowsMs.indexOf(view.windowMs)
    const windowMs = windowsMs[Math.max(0, Math.min(windowsMs.length - 1, place + step))]
    return { ...view, windowMs: windowMs ?? hourMs }
  }

const next = select(at => at + 1)
const previous = select(at => at - 1)

/** What each key changes. Those that do something outside the view are the session's. */
export const changes: Partial<Record<ActionId, Change>> = {
  down: next,
  up: previous,
  nextNode: next,
  previousNode: previous,
  first: select(() => 0),
  last: select((_, { order }) => order.names.length - 1),
  halfDown: select((at, { body }) => at + Math.max(1, body >> 1)),
  halfUp: select((at, { body }) => at - Math.max(1, body >> 1)),
  pageDown: select((at, { body }) => at + body),
  pageUp: select((at, { body }) => at - body),
  open: (view, { order }) => (order.names.length === 0 ? view : { ...view, page: 'detail' }),
  back: goBack,
  help: view => ({ ...view, dialog: { kind: 'help', top: 0 } }),
  sort: view => ({ ...view, dialog: { kind: 'sort' } }),
  sortLeft: sortBeside(-1),
  sortRight: sortBeside(1),
  reverse: view => ({ ...view, sort: { ...view.sort, reversed: !view.sort.reversed } }),
  filter: view => ({ ...view, draft: { text: view.filter.text, error: undefined } }),
  errors: view => ({ ...view, errorsOnly: !view.errorsOnly }),
  mark: (view, scene) => {
    const name = scene.order.names[placeOf(view, scene.order)]
    return name === undefined ? view : next({ ...view, marks: toggled(view.marks, name) }, scene)
  },
  markAll: (view, { order }) => {
    const all = order.names.length > 0 && order.names.every(name => view.marks.has(name))
    return { ...view, marks: all ? new Set() : new Set([...view.marks, ...order.names]) }
  },
  freeze: (view, { snapshot, nowMs }) => ({
    ...view,
    frozen: view.frozen === undefined ? { snapshot, nowMs } : undefined,
  }),
  follow: view => ({ ...view, follow: !view.follow }),
  zoomIn: zoom(-1),
  zoomOut: zoom(1),
  zoomReset: view => ({ ...view, windowMs: hourMs }),
  log: view => ({ ...view, log: !view.log }),
}

const toggled = (marks: ReadonlySet<NodeName>, name: NodeName): ReadonlySet<NodeName> => {
  const changed = new Set(marks)
  if (!changed.delete(name)) changed.add(name)
  return changed
}

/** One step back: the detail view, then the filter, then errors only, then the marks. */
function goBack(view: View): View {
  if (view.page === 'detail') return { ...view, page: 'table' }
  if (view.filter.text !== '') return { ...view, filter: everything }
  if (view.errorsOnly) return { ...view, errorsOnly: false }
  return view.marks.size > 0 ? { ...view, marks: new Set() } : view
}
