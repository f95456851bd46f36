import { severities } from '../../core/model/events.ts'
import type { NodeName } from '../../core/model/node.ts'
import type { ActionId } from './bindings.ts'
import { chartChanges } from './chart-moves.ts'
import { columnIds } from './columns.ts'
import { everything } from './filter.ts'
import { closeInMesh, meshChanges, openInMesh, selectInMesh } from './mesh-moves.ts'
import { type Move, moves } from './moves.ts'
import { eventDialog, messagesDialog } from './text-dialog.ts'
import { themeNames } from './theme.ts'
import { typingOf } from './typing.ts'
import { clamp, inDetail, placeOf, type Scene, type View, windowTop } from './view.ts'

export type Change = (view: View, scene: Scene) => View

const select =
  (placeFrom: Move): Change =>
  (view, scene) => {
    if (view.page === 'events') return selectEvent(view, scene, placeFrom)
    if (view.page === 'mesh') return selectInMesh(view, scene, placeFrom)
    const { names } = scene.order
    const at = clamp(placeFrom(placeOf(view, scene.order), scene.body, names.length), names.length)
    // By hand the window moves as little as it must, even while it follows the row.
    const top = windowTop(view.top, at, names.length, scene.body)
    return { ...view, selected: names[at] ?? view.selected, at, top }
  }

function selectEvent(view: View, { events, body }: Scene, placeFrom: Move): View {
  const at = clamp(placeFrom(view.events.at, body, events.length), events.length)
  const top = windowTop(view.events.top, at, events.length, body)
  return { ...view, events: { ...view.events, at, top, selected: events[at]?.id } }
}

const sortBeside =
  (step: number): Change =>
  (view, { columns }) => {
    const sortable = columns.length === 0 ? columnIds : columns
    const place = sortable.indexOf(view.sort.column)
    const column = sortable[(place + step + sortable.length) % sortable.length] ?? 'state'
    return { ...view, sort: { column, reversed: false } }
  }

const windowsMs = [10, 30, 60, 120, 300, 900, 3600, 21_600, 86_400].map(seconds => seconds * 1000)

/** From the whole history to the next window that is shorter, or longer. */
const zoom =
  (step: -1 | 1): Change =>
  (view, { spanMs }) => {
    const nowMs = view.windowMs ?? spanMs
    const next = step < 0 ? windowsMs.findLast(ms => ms < nowMs) : windowsMs.find(ms => ms > nowMs)
    return { ...view, windowMs: next ?? view.windowMs }
  }

/** What is shown of the one before is not thrown away: the selected node may be known there, too. */
const sourceBeside =
  (step: number): Change =>
  (view, { sources: { length } }) =>
    length < 2
      ? view
      : { ...view, source: (view.source + step + length) % length, frozen: undefined }

const mainPages: readonly View['page'][] = ['table', 'mesh', 'events']
const next = select(moves.down)
const selections = Object.fromEntries(
  Object.entries(moves).map(([action, move]) => [action, select(move)]),
)
const show =
  (page: View['page']): Change =>
  view => ({ ...view, page })

/** What each action changes in the view. Those that do something outside it are in press.ts. */
export const changes: Partial<Record<ActionId, Change>> = {
  ...selections,
  nextNode: next,
  previousNode: select(moves.up),
  open,
  back: goBack,
  // A node in detail belongs to the nodes.
  nextPage: view => ({
    ...view,
    page: following(mainPages, view.page === 'detail' ? 'table' : view.page),
  }),
  nodes: show('table'),
  mesh: show('mesh'),
  events: show('events'),
  previousSource: sourceBeside(-1),
  nextSource: sourceBeside(1),
  help: view => ({ ...view, dialog: { kind: 'help', top: 0, search: undefined } }),
  prober: view => ({ ...view, dialog: { kind: 'prober', top: 0 } }),
  palette: view => ({ ...view, dialog: { kind: 'palette', ...typingOf(''), at: 0 } }),
  messages: view => ({ ...view, dialog: messagesDialog(view) }),
  sort: view => ({ ...view, dialog: { kind: 'sort' } }),
  copy: view => ({ ...view, dialog: { kind: 'copy' } }),
  export: view => ({ ...view, dialog: { kind: 'export', format: undefined, ...typingOf('') } }),
  columns: view => ({ ...view, dialog: { kind: 'columns', at: 0 } }),
  sortLeft: sortBeside(-1),
  sortRight: sortBeside(1),
  reverse: view => ({ ...view, sort: { ...view.sort, reversed: !view.sort.reversed } }),
  filter: view => ({
    ...view,
    draft: { ...typingOf(filterText(view)), error: undefined, back: 0, good: view.filter },
  }),
  errors: view => ({ ...view, errorsOnly: !view.errorsOnly }),
  level: view => {
    const level = following(severities, view.events.level)
    return { ...view, events: { ...view.events, level } }
  },
  mark: (view, scene) => {
    const name = scene.order.names[placeOf(view, scene.order)]
    return name === undefined ? view : next({ ...view, marks: toggled(view.marks, name) }, scene)
  },
  markAll: (view, { order }) => {
    const all = order.names.length > 0 && order.names.every(name => view.marks.has(name))
    return { ...view, marks: all ? new Set() : new Set([...view.marks, ...order.names]) }
  },
  wide: view => ({ ...view, wide: !view.wide, scroll: 0 }),
  scrollLeft: view => ({ ...view, scroll: Math.max(0, view.scroll - 1) }),
  scrollRight: (view, { columns, chosen }) =>
    view.wide && columns.at(-1) !== chosen.at(-1) ? { ...view, scroll: view.scroll + 1 } : view,
  freeze: (view, { snapshot, log: events, nowMs }) => ({
    ...view,
    frozen: view.frozen === undefined ? { snapshot, events, nowMs } : undefined,
  }),
  follow: view => ({ ...view, follow: !view.follow }),
  zoomIn: zoom(-1),
  zoomOut: zoom(1),
  zoomReset: view => ({ ...view, windowMs: undefined }),
  log: view => ({ ...view, log: !view.log }),
  theme: view => ({ ...view, theme: following(themeNames, view.theme) }),
  ...chartChanges,
  ...meshChanges,
}

/** The filter of the page that is shown. */
export const filterText = (view: View): string =>
  view.page === 'events' ? view.events.text : view.filter.text

const following = <Item>(items: readonly Item[], item: Item): Item =>
  items[(items.indexOf(item) + 1) % items.length] ?? item

const toggled = (marks: ReadonlySet<NodeName>, name: NodeName): ReadonlySet<NodeName> => {
  const changed = new Set(marks)
  if (!changed.delete(name)) changed.add(name)
  return changed
}

/** The selected node, or that of the selected event: even if a filter hides it in the table. An event of no node is told at length. */
function open(view: View, scene: Scene): View {
  const { order, events, snapshot, nowMs } = scene
  if (view.page === 'mesh') return openInMesh(view, scene)
  if (view.page === 'table') {
    const selected = order.names[placeOf(view, order)]
    return selected === undefined ? view : inDetail(view, selected)
  }
  const event = events[view.events.at]
  if (event === undefined) return view
  const [name] = event.nodes
  const there = name !== undefined && snapshot.nodes.some(node => node.name === name)
  if (!there) return { ...view, dialog: eventDialog(event, nowMs) }
  const shown = order.index.has(name) ? view : { ...view, filter: everything, errorsOnly: false }
  return inDetail(shown, name)
}

/** One step back: the cursor, the page, then its filter, then errors only, then the marks. */
function goBack(view: View): View {
  if (view.page === 'detail') {
    return view.chart.cursorMs === undefined
      ? { ...view, page: view.cameFrom }
      : { ...view, chart: { ...view.chart, cursorMs: undefined } }
  }
  if (view.page === 'events') {
    return view.events.text === ''
      ? { ...view, page: 'table' }
      : { ...view, events: { ...view.events, text: '' } }
  }
  if (view.page === 'mesh') return closeInMesh(view) ?? { ...view, page: 'table' }
  if (view.filter.text !== '') return { ...view, filter: everything }
  if (view.errorsOnly) return { ...view, errorsOnly: false }
  return view.marks.size > 0 ? { ...view, marks: new Set() } : view
}
