import { count } from '../format.ts'
import { blank, type Line, paintLine } from '../line.ts'
import { detailLines } from './detail.ts'
import { hintLine, statusLine } from './footer.ts'
import { headerLines } from './header.ts'
import { helpLines, helpTitle } from './help.ts'
import type { Shown } from './shown.ts'
import { sortMenuLines } from './sort-menu.ts'
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

/** How many nodes the table has room for. */
export function bodyHeight(shown: Shown, width: number, height: number): number {
  const around = height < roomy ? 1 : 3
  return Math.max(1, height - headerLines(shown, width, height).length - around)
}

function screenLines(shown: Shown, width: number, height: number): readonly Line[] {
  if (width < smallest.width || height < smallest.height) return tinyLines(shown)
  if (shown.view.dialog?.kind === 'help') {
    const help = helpLines(shown, width)
    const room = height - 2
    const top = Math.min(shown.view.dialog.top, Math.max(0, help.length - room))
    return footed([helpTitle(width), ...help.slice(top, top + room)], shown, width, height)
  }
  if (shown.view.page === 'detail') {
    const banner = headerLines(shown, width, height).slice(width < 40 || height < roomy ? 1 : 2)
    const body = detailLines(shown, width, height - 1 - banner.length)
    return footed([...banner, ...body], shown, width, height)
  }
  return footed(tablePage(shown, width, height), shown, width, height)
}

function tablePage(shown: Shown, width: number, height: number): readonly Line[] {
  const header = headerLines(shown, width, height)
  const body = bodyHeight(shown, width, height)
  const rows =
    shown.view.dialog?.kind === 'sort'
      ? sortMenuLines(shown, body).slice(0, body)
      : tableLines(shown, width, body)
  if (height < roomy) return [...header, ...rows]
  const padding = Array.from({ length: Math.max(0, body - rows.length) }, () => blank)
  return [...header, headingLine(shown, width), ...rows, ...padding, statusLine(shown, width)]
}

/** The last row is the hint line's; on a low screen the prompt takes it while it is open. */
function footed(
  lines: readonly Line[],
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const padding = Array.from({ length: Math.max(0, height - 1 - lines.length) }, () => blank)
  const prompt = height < roomy && shown.view.draft !== undefined
  const last = prompt ? statusLine(shown, width) : hintLine(shown, width)
  return [...lines.slice(0, height - 1), ...padding, last]
}

const tinyLines = ({ board }: Shown): readonly Line[] => [
  [[`${board.counts.down} down/${count(board.rows.length, 'node')}`]],
  [['enlarge']],
]
