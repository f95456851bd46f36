import { type Heading, type HeatCell, type Heatmap, sumOf } from '../../core/model/mesh-heat.ts'
import type { Totals } from '../../core/model/mesh-survey.ts'
import { cellText, totalText } from '../top/mesh-cell.ts'
import { clean, cutMiddle, padEnd, padStart } from '../top/text.ts'
import type { Theme } from '../top/theme.ts'

const leastCellWidth = 9
const mostCellWidth = 18
const mostNameWidth = 28
const sumWidth = 7
/** More rows than this are cut: trouble comes first. */
const mostRows = 100

const nameWidthOf = ({ rows, columns }: Heatmap) =>
  [...rows, ...columns].reduce(
    (width, { name }) => Math.min(mostNameWidth, Math.max(width, clean(name).length)),
    4,
  )

/** Columns that the map takes with a number in each cell, or with a glyph. */
export const numbersWidth = (heat: Heatmap): number =>
  nameWidthOf(heat) + sumWidth + (leastCellWidth + 1) * heat.columns.length
export const glyphsWidth = (heat: Heatmap): number =>
  nameWidthOf(heat) + sumWidth + 2 + heat.columns.length

/** A number and a block of heat in each cell. What does not fit is counted at the edge. */
export function formatNumbers(heat: Heatmap, width: number, theme: Theme): readonly string[] {
  const leastRoom = leastCellWidth + 1
  const nameWidth = Math.min(
    nameWidthOf(heat),
    Math.floor(width / 3),
    Math.max(1, width - sumWidth - leastRoom),
  )
  const room = width - nameWidth - sumWidth
  const fitting = Math.max(1, Math.floor(room / leastRoom))
  const columns = heat.columns.slice(0, fitting)
  const cellWidth = cellWidthOf(columns, room)
  const { ellipsis } = theme.glyphs
  const heading = columns.map(
    ({ name }) => ` ${padStart(cutMiddle(clean(name), cellWidth, ellipsis), cellWidth)}`,
  )
  return [
    padEnd('', nameWidth) + theme.paint(padStart('SUM', sumWidth) + heading.join(''), 'heading'),
    padEnd('all', nameWidth) +
      sumCell(sumOf(heat), sumWidth, theme) +
      columns.map(column => ` ${sumCell(column, cellWidth, theme)}`).join(''),
    ...heat.rows.slice(0, mostRows).map((row, at) => {
      const cells = columns.map(
        (_, column) => ` ${numberCell(heat.at(at, column), cellWidth, theme)}`,
      )
      return nameOf(row, nameWidth, ellipsis) + sumCell(row, sumWidth, theme) + cells.join('')
    }),
    ...leftOut(heat.rows.length - mostRows, 'row', theme),
    ...leftOut(heat.columns.length - columns.length, 'column', theme),
  ]
}

/** As wide as the names want, and the place allows. */
const cellWidthOf = (columns: readonly Heading[], width: number): number => {
  const wanted = Math.max(leastCellWidth, ...columns.map(({ name }) => clean(name).length))
  return Math.min(
    wanted,
    mostCellWidth,
    Math.max(leastCellWidth, Math.floor(width / columns.length) - 1),
  )
}

/** One glyph a cell, and the columns' names numbered below. */
export function formatGlyphs(heat: Heatmap, width: number, theme: Theme): readonly string[] {
  const nameWidth = Math.min(nameWidthOf(heat), width - heat.columns.length - 2 - sumWidth)
  const before = nameWidth + sumWidth + 2
  const { ellipsis } = theme.glyphs
  const digits = (place: number) =>
    heat.columns.map((_, column) => `${Math.floor((column + 1) / place) % 10}`).join('')
  const ruler = heat.columns.length < 10 ? [1] : [10, 1]
  return [
    ...ruler.map(place => theme.paint(padEnd('', before) + digits(place), 'dim')),
    `${padEnd('all', nameWidth)}${sumCell(sumOf(heat), sumWidth, theme)}  ${heat.columns
      .map(column => sumGlyph(column, theme))
      .join('')}`,
    ...heat.rows.map((row, at) => {
      const cells = heat.columns.map((_, column) => glyphCell(heat.at(at, column), theme))
      const sum = sumCell(row, sumWidth, theme)
      return `${nameOf(row, nameWidth, ellipsis)}${sum}  ${cells.join('')}`
    }),
    ...columnNames(heat.columns, width),
  ]
}

const nameOf = ({ name }: Heading, width: number, ellipsis: string) =>
  padEnd(cutMiddle(clean(name), width, ellipsis), width)

const leftOut = (count: number, thing: string, { glyphs }: Theme) =>
  count > 0 ? [`${glyphs.ellipsis} ${count} more ${thing}${count === 1 ? '' : 's'}`] : []

/** The numbers' names, as many as four lines hold; those in trouble come first. */
function columnNames(columns: readonly Heading[], width: number): readonly string[] {
  const lines = ['']
  for (const [place, { name }] of columns.entries()) {
    const entry = `${place + 1} ${clean(name)}  `
    if ((lines.at(-1) ?? '').length + entry.length > width) lines.push('')
    lines[lines.length - 1] += entry
  }
  return lines.slice(0, 4)
}

function sumCell(sum: Totals, width: number, theme: Theme): string {
  const [text, tone] = totalText(sum, theme.glyphs)
  return theme.paint(padStart(text, width), tone)
}

function sumGlyph(sum: Totals, theme: Theme): string {
  const [text, tone] = totalText(sum, theme.glyphs)
  return theme.paint(text.slice(0, 1), tone)
}

function numberCell(cell: HeatCell, width: number, theme: Theme): string {
  const { text, tone } = cellText(cell, theme.glyphs)
  return theme.paint(padStart(text, width), tone)
}

function glyphCell(cell: HeatCell, theme: Theme): string {
  const { glyph, tone } = cellText(cell, theme.glyphs)
  return theme.paint(glyph, tone)
}
