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
  board: Pick<Board, 'zoned' | 'beside' | 'names'>,
  width: number,
): readonly Placed[] {
  const columns = chosenColumns(choice, board)
  const nameWidth = board.names.widest
  if (choice.wide) return wideLayout(width, columns, choice.scroll, nameWidth)
  return layout(width, columns, nameWidth, choice.columns === defaultColumns ? extras : [])
}

/** What the columns that nobody chose are followed by on a wide screen, the most important first. */
const extras: readonly ColumnId[] = ['p50', 'max', 'jitter', 'since', 'flaps', 'last-error']
/** So wide TREND is before it leaves room for them. */
const trendEnough = 20

/** The columns that are in use: those chosen, fit they or not, and those that a wide screen adds. */
export function columnsInUse(
  choice: ColumnChoice,
  board: Pick<Board, 'zoned' | 'beside' | 'names'>,
  width: number,
): readonly ColumnId[] {
  const placed = placedColumns(choice, board, width).map(({ id }) => id)
  return [...new Set([...chosenColumns(choice, board), ...placed])]
}

/** Zones are shown where they are known, or asked for; the state from here and there where both are. */
function chosenColumns(
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
 * The columns that fit, the least important dropped first. Of what is left over NODE takes 70 % while
 * a name needs it, and TREND the rest; more columns come in once both have enough.
 */
export function layout(
  width: number,
  wanted: readonly ColumnId[] = defaultColumns,
  nameWidth = Number.POSITIVE_INFINITY,
  more: readonly ColumnId[] = [],
): readonly Placed[] {
  let shown = [...wanted]
  while (shown.length > 1 && needed(shown) > width) {
    const highest = Math.max(...shown.map(id => columnOf(id).drop))
    const leaving = shown.findLastIndex(id => columnOf(id).drop === highest)
    shown = shown.filter((_, index) => index !== leaving)
  }
  const spare = nodeGrowth(nameWidth) + trendEnough - columnOf('trend').width
  for (const id of shown.length < wanted.length ? [] : more) {
    if (needed([...shown, id]) + spare <= width) shown.push(id)
  }
  return grown(shown, width, nameWidth)
}

/** How much NODE may grow: as the longest name asks for, within bounds. */
function nodeGrowth(nameWidth: number): number {
  const { width, growsTo = width } = columnOf('node')
  return Math.max(0, Math.min(growsTo, nameWidth) - width)
}

function wideLayout(
  width: number,
  all: readonly ColumnId[],
  scroll: number,
  nameWidth: number,
): readonly Placed[] {
  const shown: ColumnId[] = ['node']
  for (const id of all.filter(each => each !== 'node').slice(scroll)) {
    if (shown.length > 1 && needed([...shown, id]) > width) break
    shown.push(id)
  }
  // One that is too wide has what room there is: each can be reached.
  const over = Math.max(0, needed(shown) - width)
  return grown(shown, width, nameWidth).map((placed, at) =>
    at === 1 ? { ...placed, width: Math.max(1, placed.width - over) } : placed,
  )
}

function grown(shown: readonly ColumnId[], width: number, nameWidth: number): readonly Placed[] {
  const spare = Math.max(0, width - needed(shown))
  const share = shown.includes('trend') ? Math.ceil(spare * 0.7) : spare
  const growth = shown.includes('node') ? Math.min(share, nodeGrowth(nameWidth)) : 0
  return shown.map(id => ({ id, width: placedWidth(id, spare, growth, width) }))
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
