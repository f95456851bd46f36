import type { Severity } from './diagnosis-finding.ts'
import type { Survey } from './mesh-survey.ts'
import type { MeshView } from './mesh-view.ts'
import { type Metrics, metBy, parseRuleList, type Rule, type RulesResult } from './rule-syntax.ts'

/**
 * Counts are of directed pairs (`asymmetric`: of nodes), of nodes, of sources (`unread`), or of
 * findings (`critical`, `warning`).
 */
const metrics = {
  pairs: 'count',
  ok: 'count',
  failing: 'count',
  expected: 'count',
  stale: 'count',
  nodata: 'count',
  asymmetric: 'count',
  nodes: 'count',
  sources: 'count',
  unread: 'count',
  critical: 'count',
  warning: 'count',
  rtt: 'latency',
  p50: 'latency',
  p95: 'latency',
  p99: 'latency',
} as const satisfies Metrics<string>

type Metric = keyof typeof metrics
export type MeshRule = Rule<Metric>

/** Reads the rules of `mesh --fail-on`: `failing>0,asymmetric>0,nodata>10%,rtt>5ms`. */
export const parseMeshRules = (text: string): RulesResult<Metric> => parseRuleList(text, metrics)

/** The rules that the mesh meets, each with what was seen. `rtt` is the slowest pair's. */
export const meshRulesMet = (rules: readonly MeshRule[], view: Seen): readonly string[] =>
  metBy(rules, metrics, rule => seenBy(rule, view))

type Seen = Pick<MeshView, 'seen' | 'totals' | 'findings'>

const shares = { rtt: 1, p50: 0.5, p95: 0.95, p99: 0.99 } as const

const isLatency = (metric: Metric): metric is keyof typeof shares => Object.hasOwn(shares, metric)

function seenBy({ metric, asShare }: MeshRule, view: Seen): number | undefined {
  if (isLatency(metric)) return rankNs(view.seen, shares[metric])
  const count = countsIn(view)[metric]
  return asShare ? count / Math.max(1, wholeOf(metric, view)) : count
}

type Count = Exclude<Metric, keyof typeof shares>

function countsIn({ totals, findings }: Seen): Readonly<Record<Count, number>> {
  const of = (severity: Severity) => findings.filter(each => each.severity === severity).length
  return { ...totals, nodata: totals.none, critical: of('critical'), warning: of('warning') }
}

function wholeOf(metric: Count, { totals, findings }: Seen): number {
  if (metric === 'critical' || metric === 'warning') return findings.length
  if (metric === 'nodes') return totals.nodes
  return metric === 'sources' || metric === 'unread' ? totals.sources : totals.pairs
}

/** Nearest rank over all pairs that answer, by their slowest lane. */
function rankNs({ rttNs }: Survey, share: number): number | undefined {
  const sorted = rttNs.filter(ns => ns > 0).sort()
  return sorted[Math.ceil(share * sorted.length) - 1]
}
