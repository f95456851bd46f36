import type { Layer } from './diagnosis-layer.ts'
import type { Evidence, PlacedPair } from './diagnosis-scope.ts'
import type { NodeName } from './node.ts'

/** What is wrong where, the shape that it has in the matrix. */
export const shapes = {
  everywhere: 'critical',
  'group-down': 'critical',
  'group-cut-off': 'critical',
  'group-no-way-out': 'critical',
  'group-no-way-in': 'critical',
  'between-groups': 'critical',
  'group-to-group': 'critical',
  'node-down': 'critical',
  'no-way-out': 'critical',
  'no-way-in': 'critical',
  'agent-restarting': 'warning',
  patchy: 'warning',
  pair: 'warning',
  'one-way': 'warning',
  itself: 'warning',
  scattered: 'warning',
  'nothing-read': 'critical',
  'all-stale': 'warning',
  'source-stale': 'warning',
  'target-stale': 'warning',
  'odd-list': 'warning',
  unread: 'info',
  leaving: 'info',
  expected: 'info',
} as const satisfies Record<string, 'critical' | 'warning' | 'info'>

export type Shape = keyof typeof shapes
export type Severity = (typeof shapes)[Shape]

/** One cause that explains many cells, or what is left where none was found. */
export interface MeshFinding {
  readonly shape: Shape
  readonly layer: Layer
  readonly severity: Severity
  /** Sorted by name; of a direction the source comes first. */
  readonly nodes: readonly NodeName[]
  readonly groups: readonly string[]
  /** The nodes of these groups, in the order of names. */
  readonly members: readonly NodeName[]
  readonly evidence: Evidence
  /** One of the failing pairs. */
  readonly example?: { readonly from: NodeName; readonly to: NodeName }
  readonly words: string
  /** The next command to run; on the node `on`, where it matters. */
  readonly next: { readonly command: string; readonly on?: NodeName }
}

/** A finding before it is put into words. Nodes and groups are places. */
export interface Found {
  readonly shape: Shape
  readonly layer: Layer
  readonly nodes: readonly number[]
  readonly groups: readonly string[]
  /** The nodes of these groups. */
  readonly members?: readonly number[]
  /** Its own word is missing: it cannot be read. */
  readonly unasked?: true
  readonly evidence: Evidence
  readonly example?: PlacedPair | undefined
  /** More that the words need: a reason, an age. */
  readonly detail?: string
}
