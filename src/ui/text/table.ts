const padding = 3

/**
 * Elastic tabs, as Go's text/tabwriter lays them out with a padding of 3 spaces: a column is a run
 * of lines that end a cell at the same index, and is as wide as its widest cell. What follows a
 * line's last tab belongs to no column.
 */
export function alignTabs(text: string): string {
  const pages = text.split('\f')
  return pages.map(page => alignPage(page)).join('\n')
}

function alignPage(page: string): string {
  const lines = page.split('\n').map(line => line.split(/[\t\v]/))
  const widths: number[] = []
  const aligned = lines.map((cells, index) => {
    // A width holds until a line comes that has no such cell.
    widths.length = Math.min(widths.length, cells.length - 1)
    while (widths.length < cells.length - 1) widths.push(columnWidth(lines, index, widths.length))
    return cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join('')
  })
  return aligned.join('\n')
}

function columnWidth(lines: readonly string[][], from: number, column: number): number {
  let width = 0
  for (let index = from; index < lines.length; index += 1) {
    const cells = lines[index] ?? []
    if (column >= cells.length - 1) break
    width = Math.max(width, characters(cells[column] ?? '') + padding)
  }
  return width
}

const pad = (cell: string, width: number): string =>
  cell + ' '.repeat(Math.max(0, width - characters(cell)))

const surrogate = /[\ud800-\udbff]/

/** Go counts code points: neither bytes nor what a terminal makes of them. */
const characters = (text: string): number => (surrogate.test(text) ? [...text].length : text.length)
