import type { HealthEvent, Severity } from '../../core/model/events.ts'
import type { NodeName } from '../../core/model/node.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { Page } from './bindings.ts'
import { type ChartChoice, firstChart } from './chart-moves.ts'
import { type ColumnId, defaultColumns } from './columns.ts'
import type { ExportFormat } from './export.ts'
import { everything, type Filter } from './filter.ts'
import type { FilterError } from './filter-fields.ts'
import type { Keymap } from './keys.ts'
import { firstMesh, type MeshChoice } from './mesh-choice.ts'
import type { MeshLook } from './mesh-look.ts'
import type { Choice, Order, Sort } from './order.ts'
import type { ThemeName } from './theme.ts'
import type { Typing } from './typing.ts'

export interface Message {
  readonly text: string
  readonly tone: 'info' | 'warn'
  readonly untilMs: number
}

/** Words to look for, and the place of the one that is chosen among what was found. */
export interface Search extends Typing {
  readonly at: number
}

export type Dialog =
  /** What is read, and scrolled. */
  | { readonly kind: 'prober'; readonly top: number }
  | { readonly kind: 'help'; readonly top: number; readonly search: Search | undefined }
  | { readonly kind: 'sort' | 'copy' }
  | {
      readonly kind: 'text'
      readonly title: string
      readonly lines: readonly string[]
      readonly top: number
    }
  | { readonly kind: 'confirm'; readonly question: string; readonly nodes: readonly NodeName[] }
  | ({ readonly kind: 'palette' } & Search)
  | { readonly kind: 'columns'; readonly at: number }
  /** First the format, then the file's name. */
  | ({ readonly kind: 'export'; readonly format: ExportFormat | undefined } & Typing)

/** Which event is selected, and which are shown. */
export interface EventsView {
  readonly selected: number | undefined
  readonly at: number
  readonly top: number
  readonly level: Severity
  /** Words that an event's line must have. */
  readonly text: string
}

/** The filter that is being typed. */
export interface Draft extends Typing {
  readonly error: FilterError | undefined
  /** How many filters back in the history it is from; 0: typed. */
  readonly back: number
  /** The last filter that was whole: in force while the text is not understood. */
  readonly good: Filter
}

/** All that the user chose: with a snapshot and a size it makes the screen. */
export interface View extends Choice {
  readonly page: Page
  /** From where a node's detail was opened: there it leads back. */
  readonly cameFrom: Page
  readonly dialog: Dialog | undefined
  /** The selection is a node; its place is kept for the case that the node goes. */
  readonly selected: NodeName | undefined
  readonly at: number
  readonly top: number
  readonly events: EventsView
  readonly mesh: MeshChoice
  /** Whose table is shown: a place among the sources. */
  readonly source: number
  readonly sort: Sort
  readonly filter: Filter
  readonly draft: Draft | undefined
  /** Filters used before, newest first. */
  readonly past: readonly string[]
  readonly frozen:
    | {
        readonly snapshot: Snapshot
        readonly events: readonly HealthEvent[]
        readonly nowMs: number
      }
    | undefined
  /** Keeps the selected row on the same line of the screen while rows move. */
  readonly follow: boolean
  readonly marks: ReadonlySet<NodeName>
  readonly columns: readonly ColumnId[]
  /** All columns, scrolled by so many, instead of those that fit. */
  readonly wide: boolean
  readonly scroll: number
  /** How much history the charts show; undefined: all that there is. */
  readonly windowMs: number | undefined
  readonly log: boolean
  readonly chart: ChartChoice
  readonly theme: ThemeName
  readonly mouse: boolean
  readonly message: Message | undefined
  /** Messages so far with their time of day, newest first. */
  readonly told: readonly string[]
}

export const firstView: View = {
  page: 'table',
  cameFrom: 'table',
  dialog: undefined,
  selected: undefined,
  at: 0,
  top: 0,
  events: { selected: undefined, at: 0, top: 0, level: 'info', text: '' },
  mesh: firstMesh,
  source: 0,
  sort: { column: 'state', reversed: false },
  filter: everything,
  draft: undefined,
  past: [],
  errorsOnly: false,
  frozen: undefined,
  follow: false,
  marks: new Set(),
  columns: defaultColumns,
  wide: false,
  scroll: 0,
  windowMs: undefined,
  log: false,
  chart: firstChart,
  theme: 'default',
  mouse: false,
  message: undefined,
  told: [],
}

/** The view with this node's detail in it. */
export const inDetail = (view: View, selected: NodeName | undefined): View => ({
  ...view,
  page: 'detail',
  cameFrom: view.page === 'detail' ? view.cameFrom : view.page,
  selected,
})

/** What a change may look at: the rows in their order, and how many of them fit. */
export interface Scene {
  readonly order: Order
  /** The events shown, newest first. */
  readonly events: readonly HealthEvent[]
  /** All events, for freezing them. */
  readonly log: readonly HealthEvent[]
  readonly body: number
  /** The lines of what is read, and how many of them fit. */
  readonly reading: () => { readonly length: number; readonly body: number }
  readonly snapshot: Snapshot
  readonly nowMs: number
  /** The columns on screen, for moving the sort column. */
  readonly columns: readonly ColumnId[]
  /** The columns in use, shown where they fit. */
  readonly chosen: readonly ColumnId[]
  /** How much history the selected node has. */
  readonly spanMs: number
  /** Whether it is drawn: without room for it there is nothing to point at. */
  readonly charted: () => boolean
  readonly keys: Keymap
  /** Labels, in their order. */
  readonly sources: readonly string[]
  /** Undefined on other pages. */
  readonly mesh: MeshLook | undefined
}

/** The place of the selection: the node's own, or where it was when it went. */
export const placeOf = (view: View, order: Order): number => {
  const own = view.selected === undefined ? undefined : order.index.get(view.selected)
  return own ?? clamp(view.at, order.names.length)
}

/** Brings the selection and the window in step with the rows. */
export function settle(view: View, order: Order, body: number): View {
  const at = placeOf(view, order)
  const drift = view.follow ? at - view.at : 0
  const top = windowTop(view.top + drift, at, order.names.length, body)
  // Before the first move it is the top row, whichever node that is. A node that a filter hides stays
  // selected: it is found again when the filter goes.
  const untouched = view.selected === undefined && at === 0
  const selected = untouched || order.names.length === 0 ? view.selected : order.names[at]
  return at === view.at && top === view.top && selected === view.selected
    ? view
    : { ...view, at, top, selected }
}

/** Without the marks of nodes that left; a list that is empty yet drops none. */
export function settleMarks(view: View, known: ReadonlyMap<NodeName, number>): View {
  const { marks } = view
  if (marks.size === 0 || known.size === 0) return view
  const kept = new Set([...marks].filter(name => known.has(name)))
  return kept.size === marks.size ? view : { ...view, marks: kept }
}

/** The same for the events; they come in at the top, and the selected one moves down with the rest. */
export function settleEvents(view: View, shown: readonly HealthEvent[], body: number): View {
  const { events } = view
  const own = shown.findIndex(({ id }) => id === events.selected)
  const at = own < 0 ? clamp(events.at, shown.length) : own
  const top = windowTop(events.top + at - events.at, at, shown.length, body)
  const selected = at === 0 ? undefined : shown[at]?.id
  return at === events.at && top === events.top && selected === events.selected
    ? view
    : { ...view, events: { ...events, at, top, selected } }
}

export const clamp = (at: number, length: number): number => Math.max(0, Math.min(at, length - 1))

export function windowTop(top: number, at: number, rows: number, body: number): number {
  const visible = Math.max(at - body + 1, Math.min(top, at))
  return Math.max(0, Math.min(visible, rows - body))
}
