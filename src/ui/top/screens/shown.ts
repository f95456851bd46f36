import type { ColumnId } from '../columns.ts'
import type { Order } from '../order.ts'
import type { Board } from '../rows.ts'
import type { Theme } from '../theme.ts'
import type { View } from '../view.ts'

/** All that a screen is drawn from. */
export interface Shown {
  readonly title: string
  readonly theme: Theme
  readonly view: View
  readonly board: Board
  readonly order: Order
  /** What the data is shown against: it stands still while the screen is frozen. */
  readonly nowMs: number
  /** Since when we have been looking. */
  readonly startedAtMs: number
  readonly probing: { readonly done: number; readonly total: number } | undefined
  readonly columns?: readonly ColumnId[]
}
