import type { HealthEvent } from '../../../core/model/events.ts'
import type { Keymap } from '../keys.ts'
import type { Order } from '../order.ts'
import type { Board } from '../rows.ts'
import type { Theme } from '../theme.ts'
import type { View } from '../view.ts'

/** All that a screen is drawn from. */
export interface Shown {
  readonly title: string
  readonly theme: Theme
  readonly keys: Keymap
  readonly view: View
  readonly board: Board
  readonly order: Order
  /** The events that are shown, and all that there are; newest first. */
  readonly events: readonly HealthEvent[]
  readonly log: readonly HealthEvent[]
  /** What the data is shown against: it stands still while the screen is frozen. */
  readonly nowMs: number
  /** Since when we have been looking. */
  readonly startedAtMs: number
  readonly probing: { readonly done: number; readonly total: number } | undefined
}
