import { count } from '../format.ts'
import { blank, type Line, paintLine } from '../line.ts'
import { detailLines } from './detail.ts'
import { eventLines, eventsHeading, eventsSummary } from './events.ts'
import { hintLine, statusLine } from './footer.ts'
import { headerLines, warningLines } from './header.ts'
import { helpLines, helpTitle } from './help.ts'
import { menuLines } from './menus.ts'
import { meshPage } from './mesh.ts'
import { proberLines, proberTitle } from './prober.ts'
import type { Shown } from './shown.ts'
import { headingLine, tableLines } from './table.ts'

const smallest = { width: 20, height: 5 }
/** Screens lower than this do without the columns' heading and the status line. */
const roomy = 8

/** The whole screen: exactly `height` rows, none wider than `width`. */
export function screenRows(shown: Shown, width: number, height: number): readonly string[] {
  const lines = screenLines(shown, width, height)
  return Array.from({ length: height }, (_, index) =>
    paintLine(lines[index] ?? blank, width, shown.theme),
  )
}

/** How many rows of its list the page has room for. */
export function bodyHeight(shown: Shown, width: number, height: number): number {
  return Math.max(1, height - listTop(shown, width, height) - (height < roomy ? 1 : 2))
}

/** The screen's first row of the list. */
export function listTop(shown: Shown, width: number, height: number): number {
  const heading = height < roomy ? 0 : 1
  return pageHeader(shown, width, height).length + heading
}

function pageHeader(shown: Shown, width: number, height: number): readonly Line[] {
  const lines = headerLines(shown, width, height)
  return shown.view.page === 'events' && height >= roomy
    ? [...lines, eventsSummary(shown, width)]
    : lines
}

/** What is read over the whole screen. */
const readings = {
  help: { title: helpTitle, text: helpLines },
  prober: { title: proberTitle, text: proberLines },
} as const

function screenLines(shown: Shown, width: number, height: number): readonly Line[] {
  if (width < smallest.width || height < smallest.height) return tinyLines(shown)
  const { dialog, page } = shown.view
  if (dialog?.kind === 'help' || dialog?.kind === 'prober') {
    const { title, text } = readings[dialog.kind]
    const lines = text(shown, width)
    const room = height - 2
    const top = Math.min(dialog.top, Math.max(0, lines.length - room))
    return footed([title(width), ...lines.slice(top, top + room)], shown, width, height)
  }
  if (page === 'detail' && menuLines(shown, width, height) === undefined) {
    const banners = warningLines(shown, width, height)
    const body = detailLines(shown, width, height - 1 - banners.length)
    return footed([...banners, ...body], shown, width, height)
  }
  const lines = page === 'mesh' ? meshScreen(shown, width, height) : listPage(shown, width, height)
  return footed(lines, shown, width, height)
}

/** The mesh, and the status line where there is room. */
function meshScreen(shown: Shown, width: number, height: number): readonly Line[] {
  if (height < roomy) return meshPage(shown, width, height - 1)
  const lines = meshPage(shown, width, height - 2)
  const padding = Array.from({ length: Math.max(0, height - 2 - lines.length) }, () => blank)
  return [...lines, ...padding, statusLine(shown, width)]
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
  return [...header, heading, ...rows.slice(0, body), ...padding, statusLine(shown, width)]
}

/** The last row is the hint line's; on a low screen the prompt takes it while it is open. */
function footed(
  lines: readonly Line[],
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const padding = Array.from({ length: Math.max(0, height - 1 - lines.length) }, () => blank)
  const prompt = isTyping(shown.view) && (height < roomy || shown.view.page === 'detail')
  const last = prompt ? statusLine(shown, width) : hintLine(shown, width)
  return [...lines.slice(0, height - 1), ...padding, last]
}

const isTyping = ({ draft, dialog }: Shown['view']): boolean =>
  draft !== undefined ||
  dialog?.kind === 'palette' ||
  (dialog?.kind === 'export' && dialog.format !== undefined)

const tinyLines = ({ board }: Shown): readonly Line[] => [
  [[`${board.counts.down} down/${count(board.rows.length, 'node')}`]],
  [['enlarge']],
]
