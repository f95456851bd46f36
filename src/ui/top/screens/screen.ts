import { count } from '../format.ts'
import { blank, type Line, paintLine } from '../line.ts'
import { promptOf } from '../prompt.ts'
import { clean, wrap } from '../text.ts'
import { windowTop } from '../view.ts'
import { detailLines, isCharted } from './detail.ts'
import { eventLines, eventPreview, eventsHeading, eventsSummary } from './events.ts'
import { statusLine } from './footer.ts'
import { headerLines, warningLines } from './header.ts'
import { helpLines, helpTitle } from './help.ts'
import { hintLine } from './hints.ts'
import { menuLines } from './menus.ts'
import { meshPage } from './mesh.ts'
import { proberLines, proberTitle } from './prober.ts'
import type { Shown } from './shown.ts'
import { headingLine, tableLines } from './table.ts'

const smallest = { width: 20, height: 5 }
/** Screens lower than this do without the columns' heading and the status line. */
const roomy = 8
/** The event that is selected is told at length on screens at least this high. */
const roomForPreview = 16

/** The whole screen: exactly `height` rows, none wider than `width`. */
export function screenRows(shown: Shown, width: number, height: number): readonly string[] {
  const lines = screenLines(shown, width, height)
  return Array.from({ length: height }, (_, index) =>
    paintLine(lines[index] ?? blank, width, shown.theme),
  )
}

/** How many rows of its list the page has room for. */
export function bodyHeight(shown: Shown, width: number, height: number): number {
  const below = (height < roomy ? 1 : 2) + previewLines(shown, width, height).length
  return Math.max(1, height - listTop(shown, width, height) - below)
}

/** The screen's first row of the list. */
export function listTop(shown: Shown, width: number, height: number): number {
  const heading = height < roomy ? 0 : 1
  return pageHeader(shown, width, height).length + heading
}

/** The selected event at length, in two lines below the list. */
function previewLines(shown: Shown, width: number, height: number): readonly Line[] {
  if (shown.view.page !== 'events' || height < roomForPreview) return []
  return eventPreview(shown, width)
}

function pageHeader(shown: Shown, width: number, height: number): readonly Line[] {
  const lines = headerLines(shown, width, height)
  return shown.view.page === 'events' && height >= roomy
    ? [...lines, eventsSummary(shown, width)]
    : lines
}

type Reading = 'help' | 'prober' | 'text'

/** What is read over the whole screen. */
const readings = {
  help: { title: helpTitle, text: helpLines },
  prober: { title: proberTitle, text: proberLines },
  text: { title: textTitle, text: textLines },
} satisfies Record<
  Reading,
  {
    title: (shown: Shown, width: number) => Line
    text: (shown: Shown, width: number) => readonly Line[]
  }
>

const readingOf = ({ view: { dialog } }: Shown) =>
  dialog !== undefined && 'top' in dialog ? dialog : undefined

/** The text that is read; none while nothing is. */
export function readingLines(shown: Shown, width: number): readonly Line[] {
  const dialog = readingOf(shown)
  return dialog === undefined ? [] : readings[dialog.kind].text(shown, width)
}

/** How many lines of it fit. */
export const readingRoom = (height: number): number => Math.max(1, height - 2)

function screenLines(shown: Shown, width: number, height: number): readonly Line[] {
  if (width < smallest.width || height < smallest.height) return tinyLines(shown)
  const lines = readingPage(shown, width, height) ?? pageLines(shown, width, height)
  return footed(lines, shown, width, height)
}

function readingPage(shown: Shown, width: number, height: number): readonly Line[] | undefined {
  const dialog = readingOf(shown)
  if (dialog === undefined) return undefined
  const lines = readingLines(shown, width)
  const search = dialog.kind === 'help' ? dialog.search : undefined
  const room = readingRoom(height) - (search === undefined ? 0 : 1)
  const top = windowTop(dialog.top, search?.at ?? dialog.top, lines.length, room)
  return [readings[dialog.kind].title(shown, width), ...lines.slice(top, top + room)]
}

function pageLines(shown: Shown, width: number, height: number): readonly Line[] {
  const { page } = shown.view
  if (page === 'detail' && menuLines(shown, width, height) === undefined) {
    const banners = warningLines(shown, width, height)
    const body = detailLines(shown, width, detailHeight(shown, width, height))
    return statused([...banners, ...body], shown, width, height)
  }
  return page === 'mesh' ? meshScreen(shown, width, height) : listPage(shown, width, height)
}

const detailHeight = (shown: Shown, width: number, height: number): number =>
  height - (height < roomy ? 1 : 2) - warningLines(shown, width, height).length

/** Whether a node's history is drawn. */
export const hasCharts = (shown: Shown, width: number, height: number): boolean =>
  shown.view.page === 'detail' && isCharted(shown, width, detailHeight(shown, width, height))

function meshScreen(shown: Shown, width: number, height: number): readonly Line[] {
  return statused(meshPage(shown, width, height - (height < roomy ? 1 : 2)), shown, width, height)
}

/** The status line below, where there is room. */
function statused(
  lines: readonly Line[],
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  if (height < roomy) return lines
  const padding = Array.from({ length: Math.max(0, height - 2 - lines.length) }, () => blank)
  return [...lines.slice(0, height - 2), ...padding, statusLine(shown, width)]
}

/** The header, the list or the menu that is open in its place, and the status line. */
function listPage(shown: Shown, width: number, height: number): readonly Line[] {
  const header = pageHeader(shown, width, height)
  const body = bodyHeight(shown, width, height)
  const events = shown.view.page === 'events'
  const list = events ? eventLines : tableLines
  const rows = menuLines(shown, width, body) ?? list(shown, width, body)
  if (height < roomy) return [...header, ...rows]
  const heading = events ? eventsHeading(width) : headingLine(shown, width)
  const padding = Array.from({ length: Math.max(0, body - rows.length) }, () => blank)
  const preview = previewLines(shown, width, height)
  const all = [...header, heading, ...rows.slice(0, body), ...padding, ...preview]
  return [...all, statusLine(shown, width)]
}

function textTitle({ view: { dialog } }: Shown): Line {
  return [[dialog?.kind === 'text' ? dialog.title : '', 'bold']]
}

function textLines({ view: { dialog }, theme }: Shown, width: number): readonly Line[] {
  const texts = dialog?.kind === 'text' ? dialog.lines : []
  const lines = texts.flatMap(text => wrap(clean(text), width, theme.glyphs.ellipsis))
  return lines.map((line): Line => [[line]])
}

/** The last row is the hint line's; where there is no status line, the prompt is above it while it is open. */
function footed(
  lines: readonly Line[],
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const without = height < roomy || shown.view.dialog?.kind === 'help'
  const prompt = without && promptOf(shown.view) !== undefined ? [statusLine(shown, width)] : []
  const room = height - 1 - prompt.length
  const padding = Array.from({ length: Math.max(0, room - lines.length) }, () => blank)
  return [...lines.slice(0, room), ...padding, ...prompt, hintLine(shown, width)]
}

const tinyLines = ({ board }: Shown): readonly Line[] => [
  [[`${board.counts.down} down/${count(board.rows.length, 'node')}`]],
  [['enlarge']],
]
