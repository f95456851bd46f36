import { type Survey, totalsOf } from './mesh-survey.ts'
import { type Metrics, metBy, parseRuleList, type Rule, type RulesResult } from './rule-syntax.ts'

/** Counts are of directed pairs (`asymmetric`: of nodes), of nodes, or of sources (`unread`). */
const metrics = {
  pairs: 'count',
  ok: 'count',
  failing: 'count',
  stale: 'count',
  nodata: 'count',
  asymmetric: 'count',
  nodes: 'count',
  sources: 'count',
  unread: 'count',
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
export const meshRulesMet = (rules: readonly MeshRule[], seen: Survey): readonly string[] =>
  metBy(rules, metrics, rule => seenBy(rule, seen))

const shares = { rtt: 1, p50: 0.5, p95: 0.95, p99: 0.99 } as const

const isLatency = (metric: Metric): metric is keyof typeof shares => Object.hasOwn(shares, metric)

function seenBy({ metric, asShare }: MeshRule, seen: Survey): number | undefined {
  if (isLatency(metric)) return rankNs(seen, shares[metric])
  const totals = totalsOf(seen)
  const count = metric === 'nodata' ? totals.none : totals[metric]
  if (!asShare) return count
  const whole = { nodes: totals.nodes, sources: totals.sources, unread: totals.sources }
  return count / Math.max(1, whole[metric as keyof typeof whole] ?? totals.pairs)
}

/** Nearest rank over all pairs that answer, by their slowest lane. */
function rankNs({ rttNs }: Survey, share: number): number | undefined {
  const sorted = rttNs.filter(ns => ns > 0).sort()
  return sorted[Math.ceil(share * sorted.length) - 1]
}
