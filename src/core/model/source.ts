import type { NodeList, NodeName } from './node.ts'
import type { Outcomes } from './outcomes.ts'
import type { Snapshot } from './snapshot.ts'

/** Whom to probe. */
export interface NodeSource {
  /** For people: "demo, 8 nodes on loopback". */
  readonly label: string
  /**
   * Yields the whole list at once, and again at each change; ends when aborted. Each try that brings
   * no list is told to `missed`; the first one that does after that yields it even unchanged.
   */
  watch(signal: AbortSignal, missed?: (reason: string) => void): AsyncIterable<NodeList>
  /** Ends what the source opened (the demo's responders). */
  close(): Promise<void>
}

export interface ProbeOrder {
  /** All nodes when left out. */
  readonly nodes?: readonly NodeName[]
  readonly signal: AbortSignal
  /** Paths finished and paths asked for. */
  readonly onProgress?: (done: number, total: number) => void
}

export type ProbeAnswer =
  | { readonly kind: 'probed'; readonly paths: number }
  /** A Cilium daemon since 1.17 answers from its cache, without probing. */
  | { readonly kind: 'cached' }
  | { readonly kind: 'refused'; readonly reason: string }

/** How the nodes are. The engine is one, an attachment to a daemon another, a recording a third. */
export interface HealthSource {
  /** The latest snapshot; the same object until something changes. */
  snapshot(): Snapshot
  /** The last outcomes alone, where they cost less than the nodes of a snapshot. */
  outcomes?(): Outcomes
  /** Calls `listener` after changes, a few times a second at most; returns the way to stop. */
  subscribe(listener: () => void): () => void
  /** Probes now. Resolves once every result is in the snapshot; rejects only when aborted or closed. */
  probe(order: ProbeOrder): Promise<ProbeAnswer>
  /** Asks at once for what would be asked for later, without probing; false where all comes by itself. */
  readonly refetch?: () => boolean
  close(): Promise<void>
}
