import type { EventLog } from '../../core/model/events.ts'
import type { Mesh } from '../../core/model/mesh.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { HealthSource } from '../../core/model/source.ts'
import { createEventChooser } from './events-shown.ts'
import { failureWords } from './format.ts'
import { defaultKeys, type Keymap } from './keys.ts'
import { columnsInUse, placedColumns } from './layout.ts'
import { createMeshLooker } from './mesh-look.ts'
import { createOrderer } from './order.ts'
import { type Board, boardOf, rowNamed, rowSpanMs } from './rows.ts'
import { bodyHeight, hasCharts, readingLines, readingRoom } from './screens/screen.ts'
import type { Shown, StatusText } from './screens/shown.ts'
import { createTheme, type Look, type Theme } from './theme.ts'
import { type Scene, settle, settleEvents, settleMarks, type View } from './view.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** A source, and what happened there. */
export interface Feed {
  /** Tells it apart in the mesh: its URI. */
  readonly label: string
  readonly source: HealthSource
  readonly log: EventLog
}

interface ComposerOptions {
  readonly feeds: readonly [Feed, ...Feed[]]
  /** Who sees whom, where somebody keeps it. */
  readonly mesh?: (() => Mesh) | undefined
  /** Whether the second feed tells of the same nodes as the first, which are probed from here. */
  readonly compared?: boolean | undefined
  readonly nowMs: () => number
  readonly look: Look
  readonly title?: string | undefined
  readonly keys?: Keymap | undefined
  readonly statusText?: StatusText | undefined
}

type Compose = (view: View, probing: Shown['probing'], size: Size) => Shown

/** Brings snapshot, view and time together; what did not change since last time is not made again. */
export function createComposer(options: ComposerOptions): Compose {
  const { feeds, nowMs, look, title = 'cilium-health top' } = options
  const { keys = defaultKeys, statusText = failureWords } = options
  const [first] = feeds
  const labels = feeds.map(({ label }) => label)
  const snapshotOf = (place: number) => (feeds[place] ?? first).source.snapshot()
  const lookAtMesh = options.mesh === undefined ? undefined : createMeshLooker(options.mesh)
  const themes = new Map<View['theme'], Theme>()
  const startedAtMs = nowMs()
  const orderOf = createOrderer()
  const eventsOf = createEventChooser()
  const boardFor = createBoards(options)
  const themeOf = (name: View['theme']): Theme => {
    const theme = themes.get(name) ?? createTheme({ ...look, theme: name })
    themes.set(name, theme)
    return theme
  }
  return (view, probing, { width, height }) => {
    const atMs = view.frozen?.nowMs ?? nowMs()
    const { source, log } = feeds[view.source] ?? first
    const snapshot = view.frozen?.snapshot ?? source.snapshot()
    const board = boardFor(snapshot, view.source, atMs)
    const all = view.frozen?.events ?? log.list()
    const order = orderOf(board, view, atMs)
    const events = eventsOf(all, view.events)
    const theme = themeOf(view.theme)
    const mesh =
      view.page === 'mesh' ? lookAtMesh?.(view.mesh, atMs, view.frozen !== undefined) : undefined
    const sources = { labels, at: view.source, snapshot: snapshotOf }
    const told = { title, theme, keys, startedAtMs, statusText, probing }
    const columns = columnsInUse(view, board, width)
    const basis = { ...told, board, order, columns, events, log: all }
    const shown: Shown = { ...basis, view, mesh, sources, nowMs: atMs }
    const body = bodyHeight(shown, width, height)
    const marked = settleMarks(view, board.names.index)
    const settled = settleEvents(settle(marked, order, body), events, body)
    return settled === view ? shown : { ...shown, view: settled }
  }
}

/** The boards as they were made last; of two vantages each has the other beside it. */
function createBoards({ feeds, compared }: Pick<ComposerOptions, 'feeds' | 'compared'>) {
  let board: Board | undefined
  let other: Board | undefined
  let second = Number.NaN
  return (snapshot: Snapshot, place: number, atMs: number): Board => {
    // Time alone changes states, too; looking once a second is soon enough.
    if (board?.snapshot === snapshot && second === Math.floor(atMs / 1000)) return board
    second = Math.floor(atMs / 1000)
    board = boardOf(snapshot, atMs, board)
    const feed = compared ? feeds[1 - place] : undefined
    if (feed === undefined) return board
    other = boardOf(feed.source.snapshot(), atMs, other)
    board = { ...board, beside: { vantage: place === 0 ? 'daemon' : 'here', board: other } }
    return board
  }
}

export const sceneOf = (shown: Shown, { width, height }: Size): Scene => ({
  order: shown.order,
  events: shown.events,
  log: shown.log,
  body: bodyHeight(shown, width, height),
  reading: () => ({ length: readingLines(shown, width).length, body: readingRoom(height) }),
  snapshot: shown.board.snapshot,
  nowMs: shown.nowMs,
  columns: placedColumns(shown.view, shown.board, width).map(({ id }) => id),
  chosen: shown.columns,
  spanMs: rowSpanMs(rowNamed(shown.board, shown.view.selected), shown.nowMs),
  charted: () => hasCharts(shown, width, height),
  keys: shown.keys,
  sources: shown.sources.labels,
  mesh: shown.mesh,
})
