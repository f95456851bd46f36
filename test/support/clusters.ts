import { createHistory } from '../../src/core/model/history.ts'
import { type IpAddress, type Labels, type NodeName, zoneLabel } from '../../src/core/model/node.ts'
import type {
  Failure,
  FailureReason,
  Outcome,
  ProbeKind,
  Reply,
} from '../../src/core/model/probe.ts'
import type { ProberState } from '../../src/core/model/prober.ts'
import type {
  NodeHealth,
  PathHealth,
  ProbeHealth,
  Snapshot,
} from '../../src/core/model/snapshot.ts'
import type { HealthSource, ProbeAnswer, ProbeOrder } from '../../src/core/model/source.ts'
import { nodeVerdict, pathVerdict, verdictOf } from '../../src/core/model/verdict.ts'

/** The moment at which the clusters below are looked at. */
export const nowMs = Date.UTC(2026, 10, 22, 14, 58, 7)
export const intervalMs = 60_000
/** Two intervals and the ten seconds that a probe may take. */
export const oldMs = 130_000

/** What is wrong with a node, and so what its histories hold. */
export type Plight =
  | 'ok'
  | 'down'
  | 'agent-down'
  | 'endpoint-down'
  | 'loss'
  | 'slow'
  | 'stale'
  | 'new'
  | 'icmp-off'

export interface NodePlan {
  readonly name: string
  readonly plight?: Plight
  readonly baseNs?: number
  /** How many rounds of probes were made. */
  readonly rounds?: number
  readonly secondaries?: number
  readonly ip?: string
  readonly labels?: Labels
}

export interface ClusterPlan extends Partial<Omit<Snapshot, 'nodes'>> {
  readonly nodes: readonly NodePlan[]
}

/** A snapshot of a cluster that is described in a few words. */
export function cluster({ nodes, ...rest }: ClusterPlan): Snapshot {
  return {
    origin: { kind: 'engine', label: 'demo, 8 nodes on loopback' },
    takenAtMs: nowMs,
    intervalMs,
    feed: { kind: 'live' },
    agent: { kind: 'ok', detail: '' },
    prober: proberState(),
    self: nodes[0]?.name as NodeName | undefined,
    ...rest,
    nodes: nodes.map((plan, index) => nodeOf(plan, index)),
  }
}

/** A cluster of any size: mostly well, with every plight in it. */
export function bigCluster(count: number, plan: Partial<ClusterPlan> = {}): Snapshot {
  const plights: Partial<Record<number, Plight>> = {
    3: 'down',
    7: 'loss',
    11: 'slow',
    13: 'stale',
    17: 'endpoint-down',
    23: 'new',
    29: 'agent-down',
  }
  return cluster({
    nodes: Array.from({ length: count }, (_, index) => ({
      name: `ip-10-0-${index >> 8}-${index & 255}.eu-west-1.internal`,
      ip: `10.0.${index >> 8}.${index & 255}`,
      plight: plights[index % 101] ?? 'ok',
      baseNs: 300_000 + 40_000 * (index % 17),
      labels: { [zoneLabel]: `eu-west-1${'abc'[index % 3]}` },
    })),
    ...plan,
  })
}

export const proberState = (changes: Partial<ProberState> = {}): ProberState => ({
  abilities: {
    icmp4: { kind: 'ready', method: 'datagram socket', clock: 'kernel' },
    icmp6: { kind: 'ready', method: 'datagram socket', clock: 'kernel' },
    http: { kind: 'ready', method: 'native sockets', clock: 'kernel' },
  },
  probesPerSecond: 333,
  maxProbesPerSecond: 500,
  timeoutMs: 10_000,
  inFlight: 4,
  lagMs: 2,
  drops: 0,
  rejected: { late: 3, duplicate: 0, foreign: 0, altered: 0, spoofed: 0 },
  late: false,
  lateAtMs: nowMs - 600_000,
  lateTicks: 4,
  cpuShare: 0.038,
  rssBytes: 122_000_000,
  bytesPerSecond: 51_400,
  queueLength: 2,
  mainLagMs: 3,
  ...changes,
})

export function nodeOf(plan: NodePlan, index = 0): NodeHealth {
  const node = plan.name as NodeName
  const paths = [
    pathOf(plan, 'host', 'primary', plan.ip ?? `10.0.0.${index + 1}`),
    pathOf(plan, 'endpoint', 'primary', `10.244.${index >> 8}.${index & 255}`),
    ...Array.from({ length: plan.secondaries ?? 0 }, (_, number) =>
      pathOf(plan, 'host', 'secondary', `192.168.${number}.${index & 255}`),
    ),
  ]
  const labels = plan.labels ? { labels: plan.labels } : {}
  return { name: node, local: index === 0, ...labels, verdict: nodeVerdict(paths), paths }
}

function pathOf(
  plan: NodePlan,
  to: PathHealth['to'],
  rank: PathHealth['rank'],
  ip: string,
): PathHealth {
  const probes = { icmp: probeOf(plan, to, 'icmp'), http: probeOf(plan, to, 'http') }
  return {
    node: plan.name as NodeName,
    to,
    rank,
    ip: ip as IpAddress,
    probes,
    verdict: pathVerdict(probes),
  }
}

function probeOf(plan: NodePlan, to: PathHealth['to'], kind: ProbeKind): ProbeHealth {
  const { plight = 'ok', rounds = 60 } = plan
  const outcomes =
    plight === 'new'
      ? []
      : Array.from({ length: rounds }, (_, round) => outcomeOf(plan, to, kind, rounds - 1 - round))
  return probeHealth(outcomes)
}

/** A probe that went through these outcomes. */
export function probeHealth(outcomes: readonly Outcome[], capacity = 240): ProbeHealth {
  const history = createHistory(capacity)
  let flaps = 0
  let changedAtMs: number | undefined
  let verdict = verdictOf(undefined)
  for (const outcome of outcomes) {
    history.add(outcome)
    const next = verdictOf(outcome)
    if (next !== verdict) {
      flaps += verdict === 'unknown' ? 0 : 1
      changedAtMs = outcome.atMs
    }
    verdict = next
  }
  return { verdict, last: outcomes.at(-1), history, changedAtMs, flaps }
}

export const reply = (rttNs: number, agoMs = 1000): Reply => ({
  kind: 'reply',
  atMs: nowMs - agoMs,
  rttNs,
  clock: 'kernel',
})

export const failure = (reason: FailureReason, agoMs = 1000, detail = ''): Failure => ({
  kind: 'failure',
  atMs: nowMs - agoMs,
  reason,
  detail,
})

/** What a probe of `back` rounds ago found; 0 is the newest. */
function outcomeOf(plan: NodePlan, to: PathHealth['to'], kind: ProbeKind, back: number): Outcome {
  const { plight = 'ok', baseNs = 400_000 } = plan
  const agoMs = back * intervalMs + (plight === 'stale' ? 190_000 : 12_000)
  const wave = 1 + 0.2 * Math.sin(back * 1.7) + (back % 19 === 0 ? 0.4 : 0)
  const ns = Math.round(
    (baseNs + (kind === 'http' ? 600_000 : 0) + (to === 'endpoint' ? 120_000 : 0)) * wave,
  )
  const reason = failing[plight]?.(to, kind, back)
  if (reason !== undefined) return failure(reason, agoMs)
  return reply(plight === 'slow' && back < 6 ? ns * 6 + 1_000_000 : ns, agoMs)
}

type Failing = (to: PathHealth['to'], kind: ProbeKind, back: number) => FailureReason | undefined

const failing: Partial<Record<Plight, Failing>> = {
  down: (_to, _kind, back) => (back < 10 ? 'timeout' : undefined),
  'agent-down': (to, kind, back) =>
    to === 'host' && kind === 'http' && back < 4 ? 'refused' : undefined,
  'endpoint-down': (to, _kind, back) => (to === 'endpoint' && back < 20 ? 'timeout' : undefined),
  loss: (to, kind, back) =>
    to === 'endpoint' && kind === 'http' && back === 3 ? 'timeout' : undefined,
  'icmp-off': (_to, kind) => (kind === 'icmp' ? 'not-permitted' : undefined),
}

/** A source whose snapshots the test pushes. */
export interface FakeSource extends HealthSource {
  push(snapshot: Snapshot): void
  readonly orders: ProbeOrder[]
  /** Ends the probe that is waiting. */
  answer(answer: ProbeAnswer): void
  readonly listeners: number
}

export function fakeSource(first: Snapshot): FakeSource {
  let current = first
  let answer: ((answer: ProbeAnswer) => void) | undefined
  const listeners = new Set<() => void>()
  const orders: ProbeOrder[] = []
  return {
    snapshot: () => current,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    probe(order) {
      orders.push(order)
      return new Promise((resolve, reject) => {
        answer = resolve
        order.signal.addEventListener('abort', () => reject(order.signal.reason))
      })
    },
    close: async () => {},
    push(snapshot) {
      current = snapshot
      for (const listener of listeners) listener()
    },
    orders,
    answer: given => answer?.(given),
    get listeners() {
      return listeners.size
    },
  }
}
