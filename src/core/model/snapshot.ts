import type { History } from './history.ts'
import type { NodeFacts, NodeName, Path } from './node.ts'
import type { Outcome, ProbeKind } from './probe.ts'
import type { ProberState } from './prober.ts'

/** Cilium's three states: never probed, or no way to probe, is not a failure. */
export type Verdict = 'reachable' | 'unreachable' | 'unknown'

export interface ProbeHealth {
  readonly verdict: Verdict
  readonly last: Outcome | undefined
  readonly history: History
  /** Since when the verdict is what it is, Unix milliseconds. */
  readonly changedAtMs: number | undefined
  /** How often the verdict turned between reachable and unreachable. */
  readonly flaps: number
}

export interface PathHealth extends Path {
  readonly verdict: Verdict
  readonly probes: Readonly<Record<ProbeKind, ProbeHealth>>
}

export interface NodeHealth extends NodeFacts {
  readonly name: NodeName
  /** Whether it is the node that the prober runs on. */
  readonly local: boolean
  /** A node is as well as its worst path. */
  readonly verdict: Verdict
  readonly paths: readonly PathHealth[]
}

/** Whether what is shown still comes in. */
export type Feed =
  | { readonly kind: 'starting' }
  | { readonly kind: 'live' }
  | {
      readonly kind: 'lost'
      readonly sinceMs: number
      readonly reason: string
      /** When the next try is due, Unix milliseconds. */
      readonly retryAtMs?: number
      /** We stopped on purpose, and go on by ourselves. */
      readonly paused?: true
    }

/** The Cilium agent's own state, as its API tells. */
export type AgentState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ok'; readonly detail: string }
  | { readonly kind: 'failing'; readonly detail: string }

/** Whether anything has an IPv6 address. */
export const hasIpv6 = ({ nodes }: Pick<Snapshot, 'nodes'>): boolean =>
  nodes.some(node => node.paths.some(path => path.ip.includes(':')))

/** Where a snapshot's facts come from: our own probes, or somebody's daemon. */
export interface Origin {
  readonly kind: 'engine' | 'daemon' | 'recording'
  /** For people: "demo, 8 nodes on loopback", "unix:///var/run/cilium/health.sock". */
  readonly label: string
}

export interface Snapshot {
  readonly origin: Origin
  readonly takenAtMs: number
  /** How often each path is probed; 0 when unknown or only on demand. */
  readonly intervalMs: number
  readonly feed: Feed
  readonly agent: AgentState
  /** Undefined where a daemon does not tell. */
  readonly prober: ProberState | undefined
  readonly self: NodeName | undefined
  /** Set while the node list itself cannot be had: what is shown is the last one. */
  readonly listLost?: { readonly sinceMs: number; readonly reason: string } | undefined
  /** In the node list's order. A node's object is the same one until something in it changes. */
  readonly nodes: readonly NodeHealth[]
}
