import { type Heading, type Heatmap, sumOf } from '../../../core/model/mesh-heat.ts'
import type { Line, Span } from '../line.ts'
import { cellText, legend, totalText } from '../mesh-cell.ts'
import { cursorOf, type MeshLook } from '../mesh-look.ts'
import { clean, cutMiddle, padEnd, padStart, widthOf } from '../text.ts'
import type { Glyphs } from '../theme.ts'
import type { Shown } from './shown.ts'

const leastCell = 9
const mostCell = 18
const mostName = 28
const totalWidth = 7

interface Drawing {
  readonly map: Heatmap
  readonly glyphs: Glyphs
  readonly at: { readonly row: number; readonly column: number }
  readonly nameWidth: number
  /** Columns of the screen that a cell takes, the space before it included. */
  readonly cellWidth: number
  /** One glyph a cell, instead of its number. */
  readonly small: boolean
  readonly firstColumn: number
  readonly columns: readonly Heading[]
}

/** The map around the cursor: names, sums and cells, and what the cells mean; `height` rows at most. */
export function mapLines(
  mesh: MeshLook,
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const drawing = drawn(mesh, shown, width)
  const { map, at } = drawing
  const extra = height >= 8 ? 1 : 0
  const room = Math.max(1, height - 2 - extra)
  const first = windowAt(at.row, map.rows.length, room)
  const rows = map.rows.slice(first, first + room)
  return [
    headingLine(drawing),
    totalsLine(drawing),
    ...rows.map((row, index) => rowLine(row, first + index, drawing)),
    ...(extra === 0 ? [] : [[[legend(drawing.glyphs, sumOf(map)), 'dim'] as const]]),
  ]
}

/** How many rows the whole map takes. */
export const mapHeight = ({ map }: MeshLook): number => map.rows.length + 3

/** The first of the places shown, with the cursor in their middle. */
const windowAt = (at: number, length: number, room: number) =>
  Math.max(0, Math.min(at - (room >> 1), length - room))

function drawn({ map }: MeshLook, { view, theme }: Shown, width: number): Drawing {
  const widest = [...map.rows, ...map.columns].reduce(
    (most, { name }) => Math.max(most, widthOf(clean(name))),
    4,
  )
  const nameWidth = Math.min(mostName, widest, Math.max(6, Math.floor(width / 3)))
  const room = Math.max(1, width - nameWidth - 2 - totalWidth)
  const fits = Math.floor(room / (leastCell + 1))
  const small =
    view.mesh.cells === undefined ? map.columns.length > fits : view.mesh.cells === 'glyphs'
  const cellWidth = small
    ? 2 * map.columns.length <= room
      ? 2
      : 1
    : cellWidthOf(map.columns.length, widest, room)
  const at = cursorOf(view.mesh, map)
  const shownColumns = Math.max(1, Math.floor(room / cellWidth))
  const firstColumn = windowAt(at.column, map.columns.length, shownColumns)
  const columns = map.columns.slice(firstColumn, firstColumn + shownColumns)
  return { map, glyphs: theme.glyphs, at, nameWidth, cellWidth, small, firstColumn, columns }
}

/** As wide as the names want, and the place allows. */
const cellWidthOf = (columns: number, widest: number, room: number): number => {
  const each = Math.floor(room / Math.max(1, columns))
  return Math.max(leastCell + 1, Math.min(each, mostCell + 1, widest + 1))
}

/** Names where there is room for them; else that of the cursor's column, with an arrow to it. */
function headingLine(drawing: Drawing): Line {
  const { columns, cellWidth, small, at, firstColumn, nameWidth, glyphs } = drawing
  const lead: Span = [
    `${padEnd('', nameWidth + 1)}${padStart(at.column < 0 ? `SUM${glyphs.down}` : 'SUM', totalWidth)} `,
    'heading',
  ]
  if (small) return [lead, ...pointer(drawing)]
  return [
    lead,
    ...columns.map(({ name }, index): Span => {
      const here = firstColumn + index === at.column
      const text = cutMiddle(clean(name), cellWidth - (here ? 2 : 1), glyphs.ellipsis)
      return [padStart(here ? text + glyphs.down : text, cellWidth), here ? 'sorted' : 'heading']
    }),
  ]
}

function pointer({ map, at, columns, firstColumn, cellWidth, glyphs }: Drawing): Line {
  const column = map.columns[at.column]
  const room = columns.length * cellWidth
  if (column === undefined) return [[padEnd('', room), 'heading']]
  const place = (at.column - firstColumn + 1) * cellWidth - 1
  const name = clean(column.name)
  const before = widthOf(name) + 1 <= place ? `${name} ` : ''
  const text = padStart(before, place) + glyphs.down + (before === '' ? ` ${name}` : '')
  return [[padEnd(text, room), 'sorted']]
}

function totalsLine(drawing: Drawing): Line {
  const { columns, firstColumn, cellWidth, at, small, map, glyphs } = drawing
  const sums = columns.map((column, index): Span => {
    const [text, tone] = totalText(column, glyphs)
    const here = at.row < 0 && firstColumn + index === at.column
    return [padStart(small ? text.slice(0, 1) : text, cellWidth), here ? 'selected' : tone]
  })
  const [text, tone] = totalText(sumOf(map), glyphs)
  const here = at.row < 0 && at.column < 0
  return [
    ...nameSpans('all', at.row < 0, drawing),
    [padStart(text, totalWidth), here ? 'selected' : tone],
    [' '],
    ...sums,
  ]
}

function rowLine(row: Heading, place: number, drawing: Drawing): Line {
  const { map, columns, firstColumn, at, cellWidth, small, glyphs } = drawing
  const here = place === at.row
  const [total, tone] = totalText(row, glyphs)
  return [
    ...nameSpans(clean(row.name), here, drawing),
    [padStart(total, totalWidth), here && at.column < 0 ? 'selected' : tone],
    [' '],
    ...columns.flatMap((_, index): readonly Span[] => {
      const column = firstColumn + index
      const cell = cellText(map.at(place, column), glyphs)
      const text = small ? cell.glyph : padStart(cell.text, cellWidth - 1)
      const isAt = here && column === at.column
      // Told by a character, too: without colour what fails looks selected.
      const space: readonly Span[] = small && cellWidth === 1 ? [] : [[isAt ? '>' : ' ', 'bold']]
      return [...space, [text, isAt ? 'selected' : cell.tone]]
    }),
  ]
}

const nameSpans = (name: string, here: boolean, { nameWidth, glyphs }: Drawing): Line => [
  [here ? '>' : ' ', 'bold'],
  [padEnd(cutMiddle(name, nameWidth, glyphs.ellipsis), nameWidth), here ? 'bold' : 'plain'],
]
