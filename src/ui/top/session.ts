import { createEventLog, type EventLog } from '../../core/model/events.ts'
import type { Mesh } from '../../core/model/mesh.ts'
import type { HealthSource } from '../../core/model/source.ts'
import { createComposer, type Feed, type Size, sceneOf } from './compose.ts'
import { perform, type Terminal } from './effects.ts'
import type { Keymap } from './keys.ts'
import type { MouseEvent } from './mouse.ts'
import { createPace } from './pace.ts'
import { pointed } from './pointing.ts'
import { pressed } from './press.ts'
import { createProbing } from './probing.ts'
import { promptOf } from './prompt.ts'
import { screenRows } from './screens/screen.ts'
import type { Shown, StatusText } from './screens/shown.ts'
import { type StartOptions, startView } from './start.ts'
import { clean, cleanUpTo } from './text.ts'
import { told } from './text-dialog.ts'
import type { Look } from './theme.ts'
import { longestText } from './typing.ts'
import type { Message } from './view.ts'

/** A source by the name that tells it apart: its URI. */
export interface NamedSource {
  readonly label: string
  readonly source: HealthSource
}

export interface SessionOptions extends StartOptions {
  /** Whose table is shown first. */
  readonly source: HealthSource
  /** All that there are, it included; itself alone without them. */
  readonly sources?: readonly NamedSource[] | undefined
  /** Who sees whom, by all of the sources. */
  readonly mesh?: (() => Mesh) | undefined
  /** Whether the second source tells of the nodes of the first, which are probed from here. */
  readonly compared?: boolean | undefined
  readonly nowMs: () => number
  readonly look: Look
  readonly title?: string | undefined
  readonly keys?: Keymap | undefined
  /** Cilium's words for a failure; our own where it is left out. */
  readonly statusText?: StatusText | undefined
  /** What happened so far; a new one where it is left out. */
  readonly log?: EventLog | undefined
}

/** The screen without a terminal: keys in, rows out. */
export interface Session {
  /** Calls `listener` after each change, and about once a second for the clock. */
  subscribe(listener: () => void): () => void
  /** The screen's rows: the same array until their text changes. Pages are as high as asked for last. */
  rows(width: number, height: number): readonly string[]
  press(strokes: readonly string[]): void
  paste(text: string): void
  point(event: MouseEvent): void
  /** Whether the mouse is in use. */
  mouse(): boolean
  /** Lends the session its terminal. */
  attach(terminal: Terminal): void
  close(): void
}

const messageMs = 4000
const dataFrameMs = 250

export function createSession(options: SessionOptions): Session {
  const { nowMs, look } = options
  const feeds = feedsOf(options)
  const compose = createComposer({ ...options, feeds })
  const listeners = new Set<() => void>()
  let size: Size = { width: 80, height: 24 }
  let drawn: readonly string[] = []
  let fresh = false
  let view = startView(options, look.theme)
  let terminal: Terminal | undefined

  // A frame costs some ten milliseconds: data alone draws four a second, keys each their own.
  const pace = createPace(() => callAll(listeners), dataFrameMs)
  const changed = () => {
    fresh = false
    pace.now()
  }
  const cameIn = () => {
    fresh = false
    pace.soon()
  }
  const tell = (text: string, tone: Message['tone']) => {
    view = told(view, { text: clean(text), tone, untilMs: nowMs() + messageMs }, nowMs())
    changed()
  }
  const current = () => feeds[view.source] ?? feeds[0]
  const probing = createProbing(() => current().source, { changed: cameIn, tell, nowMs })
  const shown = (): Shown => {
    const picture = compose(view, probing.progress(), size)
    view = picture.view
    return picture
  }
  const hands = { probing, feed: current, shown, tell, terminal: () => terminal }
  const note = createNotetaker(current)
  const observe = (feed: Feed) => {
    note(feed)
    if (feed === current() || view.page === 'mesh') cameIn()
  }
  const tick = () => {
    note(current())
    if (nowMs() >= (view.message?.untilMs ?? Infinity)) view = { ...view, message: undefined }
    changed()
  }
  const press = (strokes: readonly string[]) => {
    for (const stroke of strokes) {
      const result = pressed(view, stroke, () => sceneOf(shown(), size))
      view = result.view
      if (result.effect !== undefined) perform(result.effect, hands)
    }
    changed()
  }
  for (const feed of feeds) note(feed)
  const watched = feeds.map(feed => feed.source.subscribe(() => observe(feed)))
  const ends = [pace.close, probing.close, ...watched, everySecond(tick, nowMs)]

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    rows(width, height) {
      if (fresh && size.width === width && size.height === height) return drawn
      size = { width, height }
      const rows = screenRows(shown(), width, height)
      fresh = true
      if (!same(rows, drawn)) drawn = rows
      return drawn
    },
    press,
    paste(text) {
      if (promptOf(view) !== undefined) press([...cleanUpTo(text, longestText)])
    },
    point(event) {
      if (!view.mouse) return
      view = pointed(shown(), size, event)
      changed()
    },
    mouse: () => view.mouse,
    attach(given) {
      terminal = given
    },
    close() {
      callAll(ends)
      listeners.clear()
    },
  }
}

function feedsOf({ source, sources = [], log }: SessionOptions): [Feed, ...Feed[]] {
  const first = sources.find(each => each.source === source)
  const label = first?.label ?? source.snapshot().origin.label
  const others = sources.filter(each => each !== first)
  return [
    { label, source, log: log ?? createEventLog() },
    ...others.map(other => ({ ...other, log: createEventLog() })),
  ]
}

const callAll = (functions: Iterable<() => void>): void => {
  for (const call of functions) call()
}

/** A source whose nodes are packed is unpacked while it is looked at: its events are of that time. */
const createNotetaker = (current: () => Feed) => (feed: Feed) => {
  const isPacked = feed.source.outcomes !== undefined
  if (!isPacked || feed === current()) feed.log.observe(feed.source.snapshot())
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((row, index) => row === b[index])

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
