import type { HealthEvent } from '../../../core/model/events.ts'
import type { Failure, ProbeKind } from '../../../core/model/probe.ts'
import type { PathHealth, Snapshot } from '../../../core/model/snapshot.ts'
import type { ColumnId } from '../columns.ts'
import type { Keymap } from '../keys.ts'
import type { MeshLook } from '../mesh-look.ts'
import type { Order } from '../order.ts'
import type { Progress } from '../probing.ts'
import type { Board } from '../rows.ts'
import type { Theme } from '../theme.ts'
import type { View } from '../view.ts'

/** Whose views there are. */
export interface SourcesShown {
  readonly labels: readonly string[]
  /** The one that the table shows. */
  readonly at: number
  snapshot(place: number): Snapshot
}

/** A failing probe's text as `status --verbose` prints it. */
export type StatusText = (failure: Failure, kind: ProbeKind, path: PathHealth) => string

/** All that a screen is drawn from. */
export interface Shown {
  readonly title: string
  readonly theme: Theme
  readonly keys: Keymap
  readonly view: View
  readonly board: Board
  readonly order: Order
  /** The columns in use; not all of them need fit. */
  readonly columns: readonly ColumnId[]
  /** The events that are shown, and all that there are; newest first. */
  readonly events: readonly HealthEvent[]
  readonly log: readonly HealthEvent[]
  /** What the data is shown against: it stands still while the screen is frozen. */
  readonly nowMs: number
  /** Since when we have been looking. */
  readonly startedAtMs: number
  /** Undefined on other pages, and where no mesh is kept. */
  readonly mesh: MeshLook | undefined
  readonly sources: SourcesShown
  readonly statusText: StatusText
  readonly probing: Progress | undefined
}
