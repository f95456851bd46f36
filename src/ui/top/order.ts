import type { NodeName } from '../../core/model/node.ts'
import { type ColumnId, columnOf } from './columns.ts'
import type { Filter } from './filter.ts'
import type { Board, Row } from './rows.ts'

export interface Sort {
  readonly column: ColumnId
  readonly reversed: boolean
}

/** What decides which rows are shown, and in which order. */
export interface Choice {
  readonly sort: Sort
  readonly filter: Filter
  readonly errorsOnly: boolean
}

/** The nodes shown, in their order. */
export interface Order {
  readonly names: readonly NodeName[]
  readonly index: ReadonlyMap<NodeName, number>
}

/** Data alone moves rows at most this often, so that an eye can follow them. */
const settleMs = 1000

/**
 * Sorts and filters when something asks for it: a key at once, new data once a second, and a key
 * that changes nothing here never.
 */
export function createOrderer(): (board: Board, choice: Choice, nowMs: number) => Order {
  let last: { board: Board; choice: Choice; atMs: number; order: Order } | undefined
  return (board, choice, nowMs) => {
    if (last !== undefined && stays(last, board, choice, nowMs)) return last.order
    last = { board, choice, atMs: nowMs, order: orderOf(board, choice, nowMs) }
    return last.order
  }
}

function stays(
  last: { board: Board; choice: Choice; atMs: number },
  board: Board,
  choice: Choice,
  nowMs: number,
): boolean {
  const asked =
    last.choice.sort !== choice.sort ||
    last.choice.filter !== choice.filter ||
    last.choice.errorsOnly !== choice.errorsOnly
  if (asked || last.board.names !== board.names) return false
  const settled = Math.abs(nowMs - last.atMs) >= settleMs
  return !settled || (last.board === board && !choice.filter.timely)
}

export function orderOf(board: Board, choice: Choice, nowMs: number): Order {
  const shown = board.rows.filter(
    row => !(choice.errorsOnly && row.state === 'ok') && choice.filter.matches(row, nowMs),
  )
  const names = sorted(shown, choice.sort).map(row => row.node.name)
  return { names, index: new Map(names.map((name, index) => [name, index])) }
}

/** Ties keep the natural order of names, whichever way the column is sorted. */
function sorted(rows: readonly Row[], { column, reversed }: Sort): readonly Row[] {
  const { rank } = columnOf(column)
  const [before, after] = reversed ? [1, -1] : [-1, 1]
  return rows
    .map(row => ({ row, key: rank(row) }))
    .sort((a, b) => {
      if (a.key === b.key) return a.row.rank - b.row.rank
      // Nothing to sort by is last in either direction.
      if (a.key === Infinity) return 1
      if (b.key === Infinity) return -1
      return a.key < b.key ? before : after
    })
    .map(({ row }) => row)
}
