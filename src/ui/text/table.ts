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
  const lines = page.split('\n').map(line => line.split(separator))
  // Go counts code points: neither bytes nor what a terminal makes of them.
  const measure = surrogate.test(page) ? codePoints : codeUnits
  const widths: number[] = []
  const aligned = lines.map((cells, index) => {
    // A width holds until a line comes that has no such cell.
    widths.length = Math.min(widths.length, cells.length - 1)
    while (widths.length < cells.length - 1) {
      widths.push(columnWidth(lines, index, widths.length, measure))
    }
    let text = ''
    for (const [column, cell] of cells.entries()) {
      text += cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - measure(cell)))
    }
    return text
  })
  return aligned.join('\n')
}

type Measure = (text: string) => number

function columnWidth(
  lines: readonly string[][],
  from: number,
  column: number,
  measure: Measure,
): number {
  let width = 0
  for (let index = from; index < lines.length; index += 1) {
    const cells = lines[index] ?? []
    if (column >= cells.length - 1) break
    width = Math.max(width, measure(cells[column] ?? '') + padding)
  }
  return width
}

const separator = /[\t\v]/
const surrogate = /[\ud800-\udbff]/
const codeUnits: Measure = text => text.length
const codePoints: Measure = text => [...text].length
