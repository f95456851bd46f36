import { bindingOf } from '../bindings.ts'
import { columnIds, columnOf } from '../columns.ts'
import { keyName } from '../keys.ts'
import { fill, type Line, plain, type Span } from '../line.ts'
import { findActions } from '../palette.ts'
import { padEnd } from '../text.ts'
import type { Dialog } from '../view.ts'
import type { Shown } from './shown.ts'

/** The menu of a dialog, in place of the table; undefined where it needs none. */
export function menuLines(
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] | undefined {
  const { dialog } = shown.view
  switch (dialog?.kind) {
    case 'sort':
      return sortLines(shown, width, height).slice(0, height)
    case 'columns':
      return columnLines(shown, dialog.at, width, height)
    case 'palette':
      return paletteLines(shown, dialog, width, height)
    default:
      return undefined
  }
}

const entryWidth = 14

/**
 * A letter for each column, in as many columns as the height asks for; the one in use is marked. On a
 * small screen as a list around it.
 */
function sortLines({ view, theme }: Shown, width: number, height: number): readonly Line[] {
  const perColumn = Math.max(1, height - 1)
  const arrow = view.sort.reversed ? theme.glyphs.up : theme.glyphs.down
  const entry = (id: (typeof columnIds)[number]): readonly Span[] => {
    const { letter, title } = columnOf(id)
    const sorts = id === view.sort.column
    const text = padEnd(sorts ? `${title} ${arrow}` : title, entryWidth)
    return [[`  ${letter}  `, 'bold'], sorts ? [text, 'info'] : [text]]
  }
  if (Math.ceil(columnIds.length / perColumn) * (5 + entryWidth) > width) {
    const entries = columnIds.map(id => plain(entry(id)).trim())
    return menu('Sort by', entries, columnIds.indexOf(view.sort.column), width, height)
  }
  const lines = Array.from(
    { length: Math.min(perColumn, columnIds.length) },
    (_, line): Line => columnIds.filter((_id, index) => index % perColumn === line).flatMap(entry),
  )
  return [[['Sort by', 'heading']], ...lines]
}

const columnLines = ({ columns }: Shown, at: number, width: number, height: number) =>
  menu(
    'Columns',
    columnIds.map(id => `[${columns.includes(id) ? 'x' : ' '}] ${columnOf(id).title}`),
    at,
    width,
    height,
  )

/** On narrower screens an action's title is first. */
const roomForGroups = 60

function paletteLines(
  { keys }: Shown,
  { text, at }: Dialog & { kind: 'palette' },
  width: number,
  height: number,
): readonly Line[] {
  const found = findActions(text).map(id => {
    const { title, group } = bindingOf(id)
    const own = keys[id].map(keyName).join(' ')
    return width < roomForGroups
      ? `${title}  ${own}`
      : `${padEnd(own, 14)} ${padEnd(title, 34)} ${group}`
  })
  return menu(
    found.length === 0 ? `No action has "${text}" in it` : 'Actions',
    found,
    at,
    width,
    height,
  )
}

/** A title, and the entries around the selected one. */
function menu(
  title: string,
  entries: readonly string[],
  at: number,
  width: number,
  height: number,
): readonly Line[] {
  const room = Math.max(1, height - 1)
  const top = Math.max(0, Math.min(at - (room >> 1), entries.length - room))
  const lines = entries.slice(top, top + room).map((entry, index): Line => {
    const line: Line = [[`  ${entry}`]]
    return top + index === at ? fill(line, width, 'selected') : line
  })
  return [[[title, 'heading']], ...lines].slice(0, height) as readonly Line[]
}
