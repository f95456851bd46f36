import { statisticsOf } from './history.ts'
import type { ProbeHealth, Snapshot } from './snapshot.ts'
import { isStale, staleAfterMs } from './verdict.ts'

/**
 * Rules for scripts, joined by commas: `unreachable>0,p99>5ms,loss>1%,stale>0`.
 *
 *     rule   = metric op value
 *     metric = nodes | reachable | unreachable | unknown | stale      (how many nodes; `%`: of all)
 *            | loss                                                   (worst probe; `%` or a ratio)
 *            | rtt | p50 | p95 | p99 | max | jitter                   (worst probe; ns us ms s)
 *     op     = > | >= | < | <= | = | ==
 */
export interface Rule {
  readonly text: string
  readonly metric: Metric
  readonly op: Operator
  readonly value: number
  /** Counts only: the value is a share of all nodes. */
  readonly ofNodes: boolean
}

export type RulesResult =
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  | { readonly kind: 'error'; readonly message: string; readonly position: number }

const counts = {
  nodes: () => true,
  reachable: (_, node) => node.verdict === 'reachable',
  unreachable: (_, node) => node.verdict === 'unreachable',
  unknown: (_, node) => node.verdict === 'unknown',
  stale: (snapshot, node) =>
    probesOf(node).some(probe => isStale(probe, snapshot.takenAtMs, staleAfterMs(snapshot))),
} satisfies Record<string, (snapshot: Snapshot, node: Snapshot['nodes'][number]) => boolean>

const latencies = {
  rtt: probe => (probe.last?.kind === 'reply' ? probe.last.rttNs : undefined),
  p50: probe => statisticsOf(probe.history).p50Ns,
  p95: probe => statisticsOf(probe.history).p95Ns,
  p99: probe => statisticsOf(probe.history).p99Ns,
  max: probe => statisticsOf(probe.history).maxNs,
  jitter: probe => statisticsOf(probe.history).jitterNs,
} satisfies Record<string, (probe: ProbeHealth) => number | undefined>

type Metric = keyof typeof counts | keyof typeof latencies | 'loss'

const operators = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '=': (a, b) => a === b,
} satisfies Record<string, (a: number, b: number) => boolean>

type Operator = keyof typeof operators

const unitsNs: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
}

const isMetric = (word: string): word is Metric =>
  word === 'loss' || Object.hasOwn(counts, word) || Object.hasOwn(latencies, word)

/** Reads rules; an error carries the position (from 0) of what it could not read. */
export function parseRules(text: string): RulesResult {
  const rules: Rule[] = []
  let position = 0
  for (const part of text.split(',')) {
    const rule = parseRule(part, position)
    if (rule.kind === 'error') return rule
    rules.push(rule.rule)
    position += part.length + 1
  }
  return { kind: 'rules', rules }
}

type RuleResult = { readonly kind: 'rule'; readonly rule: Rule } | (RulesResult & { kind: 'error' })

function parseRule(part: string, start: number): RuleResult {
  const match = /^(\s*)([a-z0-9]*)(\s*)(>=|<=|==|>|<|=)?(\s*)([\d.]*)([^\s\d]*)\s*$/u.exec(part)
  const [, space = '', metric = '', gap = '', op, gap2 = '', digits = '', unit = ''] = match ?? []
  const at = (offset: number, message: string): RuleResult => ({
    kind: 'error',
    message,
    position: start + offset,
  })
  const opAt = space.length + metric.length + gap.length
  if (!match) return at(0, `"${part.trim()}" is not METRIC OP VALUE, such as unreachable>0`)
  if (!isMetric(metric)) return at(space.length, unknownMetric(metric))
  if (op === undefined) return at(opAt, `after "${metric}" comes one of > >= < <= =`)
  const valueAt = opAt + op.length + gap2.length
  if (!/^(\d+\.?\d*|\.\d+)$/.test(digits)) return at(valueAt, `after "${op}" comes a number`)
  const scale = scaleOf(metric, unit)
  if (scale === undefined) return at(valueAt + digits.length, unitProblem(metric, unit))
  const ofNodes = unit === '%' && metric !== 'loss'
  const value = Number(digits) * scale
  return { kind: 'rule', rule: { text: part.trim(), metric, op: op as Operator, value, ofNodes } }
}

const unknownMetric = (word: string) =>
  `${word === '' ? 'a rule begins with' : `"${word}" is no metric; known are`} ${[
    ...Object.keys(counts),
    'loss',
    ...Object.keys(latencies),
  ].join(', ')}`

const scaleOf = (metric: Metric, unit: string): number | undefined => {
  if (Object.hasOwn(latencies, metric)) return unitsNs[unit]
  if (unit === '%') return 0.01
  return unit === '' ? 1 : undefined
}

const unitProblem = (metric: Metric, unit: string) =>
  Object.hasOwn(latencies, metric)
    ? `"${metric}" needs a unit: ns, us, ms or s${unit === '' ? '' : `; "${unit}" is none`}`
    : `"${unit}" is no unit of "${metric}"; use a plain number or %`

/** The rules that this snapshot meets, each with what was seen. */
export function rulesMet(rules: readonly Rule[], snapshot: Snapshot): readonly string[] {
  return rules.flatMap(rule => {
    const seen = seenBy(rule, snapshot)
    return seen !== undefined && operators[rule.op](seen, rule.value)
      ? [`${rule.text} (is ${inWords(rule, seen)})`]
      : []
  })
}

function seenBy(rule: Rule, snapshot: Snapshot): number | undefined {
  if (rule.metric in counts) {
    const holds = counts[rule.metric as keyof typeof counts]
    const count = snapshot.nodes.filter(node => holds(snapshot, node)).length
    return rule.ofNodes ? count / Math.max(1, snapshot.nodes.length) : count
  }
  const measure =
    rule.metric === 'loss'
      ? (probe: ProbeHealth) => statisticsOf(probe.history).lossRatio
      : latencies[rule.metric as keyof typeof latencies]
  return snapshot.nodes
    .flatMap(probesOf)
    .map(measure)
    .reduce<number | undefined>(
      (worst, value) => (value === undefined ? worst : Math.max(worst ?? value, value)),
      undefined,
    )
}

const probesOf = (node: Snapshot['nodes'][number]): readonly ProbeHealth[] =>
  node.paths.flatMap(path => Object.values(path.probes))

const inWords = (rule: Rule, seen: number): string => {
  if (rule.metric in latencies) return `${(seen / 1e6).toFixed(3)}ms`
  return rule.ofNodes || rule.metric === 'loss' ? `${(100 * seen).toFixed(1)}%` : `${seen}`
}
