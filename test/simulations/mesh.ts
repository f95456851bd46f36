import { createMesh } from '../../src/core/engine/mesh.ts'
import { emptyHistory } from '../../src/core/model/history.ts'
import { laneOf, type Mesh } from '../../src/core/model/mesh.ts'
import type { IpAddress, NodeFacts, NodeName, PathTarget } from '../../src/core/model/node.ts'
import type { FailureReason, Outcome, ProbeKind } from '../../src/core/model/probe.ts'
import type { NodeHealth, PathHealth, Snapshot } from '../../src/core/model/snapshot.ts'
import { nodeVerdict, pathVerdict, verdictOf } from '../../src/core/model/verdict.ts'

export const nowMs = Date.UTC(2026, 10, 22, 14, 58, 7)
export const intervalMs = 60_000

/** A fault of some probes: of those from these nodes, to those, on that path, of that kind. */
export interface Fault {
  /** All nodes without it. */
  readonly from?: readonly string[]
  readonly to?: readonly string[]
  readonly path?: PathTarget
  readonly kind?: ProbeKind
  /** `absent`: the source does not list the target at all. Failing without it. */
  readonly is?: FailureReason | 'stale' | 'absent' | 'unprobed' | 'slow'
}

/** A cluster in a few words. */
export interface Cluster {
  readonly nodes: readonly string[]
  readonly faults?: readonly Fault[]
  /** Who is asked; all without it. */
  readonly asked?: readonly string[]
  /** Sources that cannot be read, and why. */
  readonly unread?: Readonly<Record<string, string>>
  /** How far each source's clock is off. */
  readonly skewMs?: Readonly<Record<string, number>>
  readonly endpoints?: boolean
  /** Host addresses of nodes by name. */
  readonly ips?: Readonly<Record<string, string>>
  /** Of nodes by name. */
  readonly facts?: Readonly<Record<string, NodeFacts>>
}

export const uriOf = (name: string) => `unix:///run/${name}/health.sock`

/** What each source tells, merged. */
export function meshOf(cluster: Cluster): Mesh {
  const mesh = createMesh({ clock: { nowMs: () => nowMs } })
  for (const name of cluster.asked ?? cluster.nodes) {
    const source = { label: uriOf(name), name: name as NodeName }
    const reason = cluster.unread?.[name]
    if (reason === undefined) mesh.take(source, snapshotOf(cluster, name))
    else mesh.miss(source, reason)
  }
  return mesh.mesh()
}

/** What one node's daemon knows. */
export function snapshotOf(cluster: Cluster, self: string): Snapshot {
  const takenAtMs = nowMs + (cluster.skewMs?.[self] ?? 0)
  return {
    origin: { kind: 'daemon', label: uriOf(self) },
    takenAtMs,
    intervalMs,
    feed: { kind: 'live' },
    agent: { kind: 'absent' },
    prober: undefined,
    self: self as NodeName,
    nodes: cluster.nodes.flatMap((target, index) => {
      const fault = (path: PathTarget, kind: ProbeKind) =>
        cluster.faults?.find(each => hits(each, { from: self, to: target, path, kind }))
      return fault('host', 'icmp')?.is === 'absent'
        ? []
        : [
            {
              ...cluster.facts?.[target],
              ...nodeOf({
                name: target,
                ip: cluster.ips?.[target] ?? `10.0.${index >> 8}.${index & 255}`,
                endpoints: cluster.endpoints ?? true,
                outcome: (path, kind) =>
                  outcomeOf(fault(path, kind), laneOf(path, kind), takenAtMs),
              }),
            },
          ]
    }),
  }
}

interface Probe {
  readonly from: string
  readonly to: string
  readonly path: PathTarget
  readonly kind: ProbeKind
}

const hits = (fault: Fault, probe: Probe) =>
  (fault.from?.includes(probe.from) ?? true) &&
  (fault.to?.includes(probe.to) ?? true) &&
  (fault.path ?? probe.path) === probe.path &&
  (fault.kind ?? probe.kind) === probe.kind

function outcomeOf(fault: Fault | undefined, lane: number, takenAtMs: number): Outcome | undefined {
  const atMs = takenAtMs - 10_000
  const good = { kind: 'reply', atMs, rttNs: 200_000 * (lane + 1), clock: 'kernel' } as const
  if (fault === undefined) return good
  switch (fault.is) {
    case 'absent':
    case 'unprobed':
      return undefined
    case 'stale':
      return { ...good, atMs: takenAtMs - 10 * intervalMs }
    case 'slow':
      return { ...good, rttNs: 50_000_000 }
    default:
      return { kind: 'failure', atMs, reason: fault.is ?? 'timeout', detail: '' }
  }
}

type OutcomeOf = (path: PathTarget, kind: ProbeKind) => Outcome | undefined

interface NodePlan {
  readonly name: string
  readonly ip: string
  readonly endpoints: boolean
  readonly outcome: OutcomeOf
}

function nodeOf({ name, ip: host, endpoints, outcome }: NodePlan): NodeHealth {
  const node = name as NodeName
  const paths = (endpoints ? (['host', 'endpoint'] as const) : (['host'] as const)).map(
    (to): PathHealth => {
      const probes = { icmp: probeOf(outcome(to, 'icmp')), http: probeOf(outcome(to, 'http')) }
      const ip = (to === 'host' ? host : host.replace(/^10\.0\./, '10.244.')) as IpAddress
      return { node, to, rank: 'primary', ip, probes, verdict: pathVerdict(probes) }
    },
  )
  return { name: node, local: false, verdict: nodeVerdict(paths), paths }
}

const probeOf = (last: Outcome | undefined) => ({
  verdict: verdictOf(last),
  last,
  history: emptyHistory,
  changedAtMs: last?.atMs,
  flaps: 0,
})

/** `names('a', 3)`: a1, a2, a3. */
export const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)

/** Both directions. */
export const between = (a: readonly string[], b: readonly string[], more: Fault = {}): Fault[] => [
  { ...more, from: a, to: b },
  { ...more, from: b, to: a },
]

/** A node, both directions, itself included. */
export const dead = (...nodes: readonly string[]): Fault[] => [{ from: nodes }, { to: nodes }]
