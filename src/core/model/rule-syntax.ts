/**
 * Rules for scripts, joined by commas: `unreachable>0,p99>5ms,loss>1%`.
 *
 *     rule = metric op value
 *     op   = > | >= | < | <= | = | ==
 *
 * A count is compared with a number or, with `%`, as a share; a share with `%` or as a ratio; a
 * latency with ns, us, ms or s.
 */
export type Measure = 'count' | 'share' | 'latency'

export interface Rule<Metric extends string> {
  readonly text: string
  readonly metric: Metric
  readonly op: Operator
  readonly value: number
  /** The value is a share: 0 to 1. */
  readonly asShare: boolean
}

export type RulesResult<Metric extends string> =
  | { readonly kind: 'rules'; readonly rules: readonly Rule<Metric>[] }
  | { readonly kind: 'error'; readonly message: string; readonly position: number }

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

/** What each metric measures. */
export type Metrics<Metric extends string> = Readonly<Record<Metric, Measure>>

/** Reads rules; an error carries the position (from 0) of what it could not read. */
export function parseRuleList<Metric extends string>(
  text: string,
  metrics: Metrics<Metric>,
): RulesResult<Metric> {
  const rules: Rule<Metric>[] = []
  let position = 0
  for (const part of text.split(',')) {
    const rule = parseRule(part, position, metrics)
    if (rule.kind === 'error') return rule
    rules.push(rule.rule)
    position += part.length + 1
  }
  return { kind: 'rules', rules }
}

type RuleResult<Metric extends string> =
  | { readonly kind: 'rule'; readonly rule: Rule<Metric> }
  | (RulesResult<Metric> & { kind: 'error' })

function parseRule<Metric extends string>(
  part: string,
  start: number,
  metrics: Metrics<Metric>,
): RuleResult<Metric> {
  const [, space = '', metric = '', gap = '', op, gap2 = '', value = ''] = partsOf(part)
  const at = (offset: number, message: string): RuleResult<Metric> => ({
    kind: 'error',
    message,
    position: start + offset,
  })
  if (!isMetric(metric, metrics)) return at(space.length, unknownMetric(metric, metrics))
  const opAt = space.length + metric.length + gap.length
  if (op === undefined) return at(opAt, `after "${metric}" comes one of > >= < <= =`)
  const valueAt = opAt + op.length + gap2.length
  const [, digits = '', unit = ''] = /^([\d.]*)(.*)$/su.exec(value) ?? []
  if (!/^(\d+\.?\d*|\.\d+)$/.test(digits)) return at(valueAt, `after "${op}" comes a number`)
  const measure = metrics[metric]
  const scale = scaleOf(measure, unit)
  if (scale === undefined) return at(valueAt + digits.length, unitProblem(metric, measure, unit))
  const number = Number(digits) * scale
  const asShare = measure === 'share' || unit === '%'
  if (asShare && number > 1) return at(valueAt, 'a share is at most 1, which is 100%')
  const rule = { text: part.trim(), metric, op: op as Operator, value: number, asShare }
  return { kind: 'rule', rule }
}

const partsOf = (part: string) =>
  /^(\s*)([a-z0-9]*)(\s*)(>=|<=|==|>|<|=)?(\s*)(.*?)\s*$/su.exec(part) ?? []

const isMetric = <Metric extends string>(word: string, metrics: Metrics<Metric>): word is Metric =>
  Object.hasOwn(metrics, word)

const unknownMetric = (word: string, metrics: Metrics<string>) =>
  `${word === '' ? 'a rule begins with' : `"${word}" is no metric; known are`} ${Object.keys(
    metrics,
  ).join(', ')}`

const scaleOf = (measure: Measure, unit: string): number | undefined => {
  if (measure === 'latency') return unitsNs[unit]
  if (unit === '%') return 0.01
  return unit === '' ? 1 : undefined
}

const unitProblem = (metric: string, measure: Measure, unit: string) =>
  measure === 'latency'
    ? `"${metric}" needs a unit: ns, us, ms or s${unit === '' ? '' : `; "${unit}" is none`}`
    : `"${unit}" is no unit of "${metric}"; use a plain number or %`

/** The rules that are met, each with what was seen. What was not measured meets none. */
export function metBy<Metric extends string>(
  rules: readonly Rule<Metric>[],
  metrics: Metrics<Metric>,
  seenBy: (rule: Rule<Metric>) => number | undefined,
): readonly string[] {
  return rules.flatMap(rule => {
    const seen = seenBy(rule)
    return seen !== undefined && operators[rule.op](seen, rule.value)
      ? [`${rule.text} (is ${inWords(rule, metrics[rule.metric], seen)})`]
      : []
  })
}

const inWords = (rule: Rule<string>, measure: Measure, seen: number): string => {
  if (measure === 'latency') return `${(seen / 1e6).toFixed(3)}ms`
  return rule.asShare ? `${(100 * seen).toFixed(1)}%` : `${seen}`
}
