import type { HealthSource } from '../../core/model/source.ts'
import { isColumnId } from './columns.ts'
import { retyped } from './dialogs.ts'
import { layout } from './layout.ts'
import { createOrderer } from './order.ts'
import { type Effect, pressed } from './press.ts'
import { createProbing } from './probing.ts'
import { type Board, boardOf } from './rows.ts'
import { bodyHeight, screenRows } from './screens/screen.ts'
import type { Shown } from './screens/shown.ts'
import { clean } from './text.ts'
import { createTheme, type Look } from './theme.ts'
import { firstView, type Message, type Scene, settle, type View } from './view.ts'

/** What only the terminal's owner can do. */
export type Terminal = Readonly<Record<'quit' | 'suspend' | 'redraw', () => void>>

export interface SessionOptions {
  readonly source: HealthSource
  readonly nowMs: () => number
  readonly look: Look
  readonly title?: string | undefined
  /** A column's id, with a minus before it to reverse it. */
  readonly sort?: string | undefined
  readonly filter?: string | undefined
}

/** The screen without a terminal: keys in, rows out. */
export interface Session {
  /** Calls `listener` after each change, and about once a second for the clock. */
  subscribe(listener: () => void): () => void
  /** Another number after each change. */
  version(): number
  /** The screen's rows; keys that move by pages go by the size asked for last. */
  rows(width: number, height: number): readonly string[]
  press(strokes: readonly string[]): void
  paste(text: string): void
  /** Lends the session its terminal. */
  attach(terminal: Terminal): void
  close(): void
}

const messageMs = 4000

export function createSession(options: SessionOptions): Session {
  const { source, nowMs } = options
  const compose = createComposer(options)
  const listeners = new Set<() => void>()
  let size = { width: 80, height: 24 }
  let version = 0
  let view = startView(options, nowMs())
  let terminal: Terminal | undefined

  const changed = () => {
    version += 1
    for (const listener of listeners) listener()
  }
  const tell = (text: string, tone: Message['tone']) => {
    view = { ...view, message: { text: clean(text), tone, untilMs: nowMs() + messageMs } }
    changed()
  }
  const probing = createProbing(source, { changed, tell, nowMs })
  const shown = (): Shown => {
    const picture = compose(view, probing.progress(), size)
    view = picture.view
    return picture
  }
  const perform = (effect: Effect | undefined) => {
    if (effect?.kind === 'probe') probing.start(effect.nodes)
    else if (effect !== undefined) terminal?.[effect.kind]()
  }
  const tick = () => {
    const { message } = view
    if (message !== undefined && nowMs() >= message.untilMs) view = { ...view, message: undefined }
    changed()
  }
  const ends = [probing.close, source.subscribe(changed), everySecond(tick, nowMs)]

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    version: () => version,
    rows(width, height) {
      size = { width, height }
      return screenRows(shown(), width, height)
    },
    press(strokes) {
      for (const stroke of strokes) {
        const result = pressed(view, stroke, () => sceneOf(shown(), size))
        view = result.view
        perform(result.effect)
      }
      changed()
    },
    paste(text) {
      if (view.draft !== undefined) view = retyped(view, view.draft.text + clean(text))
      changed()
    },
    attach(given) {
      terminal = given
    },
    close() {
      for (const end of ends) end()
      listeners.clear()
    },
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Brings snapshot, view and time together; what did not change since last time is not made again. */
function createComposer({ source, nowMs, look, title = 'cilium-health top' }: SessionOptions) {
  const theme = createTheme(look)
  const startedAtMs = nowMs()
  const orderOf = createOrderer()
  let board: Board | undefined
  let second = Number.NaN
  return (view: View, probing: Shown['probing'], { width, height }: Size): Shown => {
    const atMs = view.frozen?.nowMs ?? nowMs()
    const snapshot = view.frozen?.snapshot ?? source.snapshot()
    // Time alone changes states, too; looking once a second is soon enough.
    if (board?.snapshot !== snapshot || second !== Math.floor(atMs / 1000)) {
      board = boardOf(snapshot, atMs, board)
      second = Math.floor(atMs / 1000)
    }
    const order = orderOf(board, view, atMs)
    const shown: Shown = { title, theme, startedAtMs, board, order, view, probing, nowMs: atMs }
    return { ...shown, view: settle(view, order, bodyHeight(shown, width, height)) }
  }
}

const sceneOf = (shown: Shown, { width, height }: Size): Scene => ({
  order: shown.order,
  body: bodyHeight(shown, width, height),
  snapshot: shown.board.snapshot,
  nowMs: shown.nowMs,
  columns: layout(width, shown.columns).map(({ id }) => id),
})

function startView({ sort, filter }: SessionOptions, nowMs: number): View {
  const complain = (view: View, text: string): View => ({
    ...view,
    message: { text: clean(text), tone: 'warn', untilMs: nowMs + 2 * messageMs },
  })
  let view = firstView
  if (filter !== undefined) {
    const typed = retyped(view, filter)
    const error = typed.draft?.error
    view = { ...typed, draft: undefined }
    if (error !== undefined) view = complain(view, `filter "${filter}": ${error.message}`)
  }
  if (sort === undefined) return view
  const column = sort.replace(/^-/, '')
  return isColumnId(column)
    ? { ...view, sort: { column, reversed: sort.startsWith('-') } }
    : complain(view, `no column "${sort}" to sort by`)
}

/** Runs `tick` just after each full second of the clock that is shown. */
function everySecond(tick: () => void, nowMs: () => number): () => void {
  let timer: NodeJS.Timeout
  const wait = () => {
    timer = setTimeout(
      () => {
        wait()
        tick()
      },
      1005 - (nowMs() % 1000),
    )
  }
  wait()
  return () => clearTimeout(timer)
}
