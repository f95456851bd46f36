import { type ColumnId, columnIds, columnOf, defaultColumns } from './columns.ts'
import type { Board } from './rows.ts'

export interface Placed {
  readonly id: ColumnId
  readonly width: number
}

/** Columns before the first one: the state's glyph, and a mark. */
export const gutter = 2

export interface ColumnChoice {
  readonly columns: readonly ColumnId[]
  readonly wide: boolean
  readonly scroll: number
}

/** The chosen columns that fit; or, when wide, all that there are, scrolled behind the name. */
export function placedColumns(
  choice: ColumnChoice,
  board: Pick<Board, 'zoned' | 'beside'>,
  width: number,
): readonly Placed[] {
  const columns = chosenColumns(choice, board)
  return choice.wide ? wideLayout(width, columns, choice.scroll) : layout(width, columns)
}

/** Zones are shown where they are known, or asked for; the state from here and there where both are. */
export function chosenColumns(
  { wide, columns }: Pick<ColumnChoice, 'wide' | 'columns'>,
  { zoned, beside }: Pick<Board, 'zoned' | 'beside'>,
): readonly ColumnId[] {
  const chosen = wide ? columnIds : columns
  const asked = zoned || (!wide && columns !== defaultColumns)
  const vantages: readonly ColumnId[] = ['here', 'daemon']
  if (beside && columns === defaultColumns && !wide) {
    return defaultColumns
      .filter(id => asked || id !== 'zone')
      .flatMap(id => (id === 'state' ? vantages : [id]))
  }
  const hidden = [...(asked ? [] : ['zone']), ...(beside ? [] : vantages)]
  return chosen.filter(id => !hidden.includes(id))
}

/**
 * The columns that fit, the least important dropped first; NODE takes 70 % of what is left over
 * while it grows, TREND the rest.
 */
export function layout(
  width: number,
  wanted: readonly ColumnId[] = defaultColumns,
): readonly Placed[] {
  let shown = [...wanted]
  while (shown.length > 1 && needed(shown) > width) {
    const highest = Math.max(...shown.map(id => columnOf(id).drop))
    const leaving = shown.findLastIndex(id => columnOf(id).drop === highest)
    shown = shown.filter((_, index) => index !== leaving)
  }
  return grown(shown, width)
}

function wideLayout(width: number, all: readonly ColumnId[], scroll: number): readonly Placed[] {
  const shown: ColumnId[] = ['node']
  for (const id of all.filter(each => each !== 'node').slice(scroll)) {
    if (needed([...shown, id]) > width) break
    shown.push(id)
  }
  return grown(shown, width)
}

function grown(shown: readonly ColumnId[], width: number): readonly Placed[] {
  const spare = Math.max(0, width - needed(shown))
  const node = columnOf('node')
  const growth = shown.includes('trend') ? Math.ceil(spare * 0.7) : spare
  const nodeGrowth = shown.includes('node')
    ? Math.min(growth, (node.growsTo ?? node.width) - node.width)
    : 0
  return shown.map(id => ({ id, width: placedWidth(id, spare, nodeGrowth, width) }))
}

const needed = (ids: readonly ColumnId[]): number =>
  ids.reduce((sum, id) => sum + columnOf(id).width + 1, gutter - 1)

function placedWidth(id: ColumnId, spare: number, nodeGrowth: number, width: number): number {
  const column = columnOf(id)
  if (id === 'node') return Math.max(1, Math.min(column.width + nodeGrowth, width - gutter))
  return id === 'trend'
    ? Math.min(column.growsTo ?? column.width, column.width + spare - nodeGrowth)
    : Math.min(column.width, Math.max(1, width - gutter))
}
