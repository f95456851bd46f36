import type { eventsReport } from '../../core/model/events.ts'
import { statisticsOf } from '../../core/model/history.ts'
import { firstByteNs, type Outcome } from '../../core/model/probe.ts'
import type {
  NodeHealth,
  PathHealth,
  ProbeHealth,
  Snapshot,
  Verdict,
} from '../../core/model/snapshot.ts'
import { isStale, staleAfterMs } from '../../core/model/verdict.ts'

export interface ReportOptions {
  readonly version: string
  /** What the daemon says of the nodes that are probed from here. */
  readonly daemon?: Snapshot | undefined
  /** What happened so far, oldest first. */
  readonly events: ReturnType<typeof eventsReport>
}

/**
 * A snapshot as the JSON document of `top --json`. Times are Unix milliseconds, round-trip times
 * nanoseconds; what is unknown is left out. Its schema: `schema/report.schema.json`.
 */
export function toReport(snapshot: Snapshot, { daemon, ...options }: ReportOptions) {
  const { version } = options
  const beside = daemon ? { daemon: viewReport(daemon, { version, events: [] }) } : {}
  return { ...viewReport(snapshot, options), ...beside }
}

export type Report = ReturnType<typeof toReport>

function viewReport(snapshot: Snapshot, { version, events }: Omit<ReportOptions, 'daemon'>) {
  const nodes = snapshot.nodes.map(node => nodeReport(node, snapshot))
  return {
    tool: { name: 'cilium-health', version },
    source: snapshot.origin,
    takenAtMs: snapshot.takenAtMs,
    intervalMs: snapshot.intervalMs,
    feed: snapshot.feed,
    ...(snapshot.listLost ? { listLost: snapshot.listLost } : {}),
    agent: snapshot.agent,
    ...(snapshot.prober ? { prober: snapshot.prober } : {}),
    ...(snapshot.self ? { self: snapshot.self } : {}),
    summary: {
      nodes: nodes.length,
      ...(Object.fromEntries(
        verdicts.map(verdict => [verdict, nodes.filter(node => node.verdict === verdict).length]),
      ) as Record<Verdict, number>),
      stale: nodes.filter(node => node.stale).length,
    },
    nodes,
    events,
  }
}

const verdicts: readonly Verdict[] = ['reachable', 'unreachable', 'unknown']

function nodeReport(node: NodeHealth, snapshot: Snapshot) {
  const paths = node.paths.map(path => pathReport(path, snapshot))
  return {
    name: node.name,
    local: node.local,
    ...(node.labels ? { labels: node.labels } : {}),
    ...(node.leaving ? { leaving: node.leaving } : {}),
    verdict: node.verdict,
    stale: paths.some(path => path.probes.icmp.stale || path.probes.http.stale),
    paths,
  }
}

const pathReport = (path: PathHealth, snapshot: Snapshot) => ({
  to: path.to,
  rank: path.rank,
  ip: path.ip,
  verdict: path.verdict,
  probes: {
    icmp: probeReport(path.probes.icmp, snapshot),
    http: probeReport(path.probes.http, snapshot),
  },
})

const probeReport = (probe: ProbeHealth, snapshot: Snapshot) => ({
  verdict: probe.verdict,
  stale: isStale(probe, snapshot.takenAtMs, staleAfterMs(snapshot)),
  ...(probe.last ? { last: outcomeReport(probe.last) } : {}),
  ...(probe.changedAtMs === undefined ? {} : { changedAtMs: probe.changedAtMs }),
  flaps: probe.flaps,
  statistics: statisticsOf(probe.history),
})

/** The two parts of an HTTP reply's time apart, where both are known. */
function outcomeReport(last: Outcome): Outcome & { readonly firstByteNs?: number } {
  const firstNs = last.kind === 'reply' ? firstByteNs(last) : undefined
  return firstNs === undefined ? last : { ...last, firstByteNs: firstNs }
}
