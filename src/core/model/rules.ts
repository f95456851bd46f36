import { statisticsOf } from './history.ts'
import {
  type Rule as AnyRule,
  type RulesResult as AnyRulesResult,
  type Metrics,
  metBy,
  parseRuleList,
} from './rule-syntax.ts'
import type { ProbeHealth, Snapshot } from './snapshot.ts'
import { isStale, staleAfterMs } from './verdict.ts'

const counts = {
  nodes: () => true,
  reachable: (_, node) => node.verdict === 'reachable',
  unreachable: (_, node) => node.verdict === 'unreachable',
  unknown: (_, node) => node.verdict === 'unknown',
  stale: (snapshot, node) =>
    probesOf(node).some(probe => isStale(probe, snapshot.takenAtMs, staleAfterMs(snapshot))),
} satisfies Record<string, (snapshot: Snapshot, node: Snapshot['nodes'][number]) => boolean>

const measures = {
  loss: probe => statisticsOf(probe.history).lossRatio,
  rtt: probe => (probe.last?.kind === 'reply' ? probe.last.rttNs : undefined),
  p50: probe => statisticsOf(probe.history).p50Ns,
  p95: probe => statisticsOf(probe.history).p95Ns,
  p99: probe => statisticsOf(probe.history).p99Ns,
  max: probe => statisticsOf(probe.history).maxNs,
  jitter: probe => statisticsOf(probe.history).jitterNs,
} satisfies Record<string, (probe: ProbeHealth) => number | undefined>

/** How many nodes (`%`: of all), or the worst probe. */
const metrics = {
  nodes: 'count',
  reachable: 'count',
  unreachable: 'count',
  unknown: 'count',
  stale: 'count',
  loss: 'share',
  rtt: 'latency',
  p50: 'latency',
  p95: 'latency',
  p99: 'latency',
  max: 'latency',
  jitter: 'latency',
} as const satisfies Metrics<keyof typeof counts | keyof typeof measures>

type Metric = keyof typeof metrics
export type Rule = AnyRule<Metric>
export type RulesResult = AnyRulesResult<Metric>

/** Reads the rules of `top --fail-on`: `unreachable>0,p99>5ms,loss>1%,stale>0`. */
export const parseRules = (text: string): RulesResult => parseRuleList(text, metrics)

/** The rules that this snapshot meets, each with what was seen. */
export const rulesMet = (rules: readonly Rule[], snapshot: Snapshot): readonly string[] =>
  metBy(rules, metrics, rule => seenBy(rule, snapshot))

const isCount = (metric: Metric): metric is keyof typeof counts => Object.hasOwn(counts, metric)

function seenBy({ metric, asShare }: Rule, snapshot: Snapshot): number | undefined {
  if (isCount(metric)) {
    const holds = counts[metric]
    const count = snapshot.nodes.filter(node => holds(snapshot, node)).length
    return asShare ? count / Math.max(1, snapshot.nodes.length) : count
  }
  return snapshot.nodes
    .flatMap(probesOf)
    .map(measures[metric])
    .reduce<number | undefined>(
      (worst, value) => (value === undefined ? worst : Math.max(worst ?? value, value)),
      undefined,
    )
}

const probesOf = (node: Snapshot['nodes'][number]): readonly ProbeHealth[] =>
  node.paths.flatMap(path => Object.values(path.probes))
