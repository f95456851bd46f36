import type { ProbeKind } from '../../core/model/probe.ts'
import type { PathHealth } from '../../core/model/snapshot.ts'
import { ageMs, agentCell, figure, flapsOf, lossPercent, times } from './cells.ts'
import type { Row } from './rows.ts'

/** What is wrong with a filter, and at which character. */
export interface FilterError {
  readonly at: number
  readonly message: string
}

export type Condition = (row: Row, nowMs: number) => boolean

type NumberOf = (row: Row, nowMs: number) => number | undefined
type Unit = 'time' | 'span' | 'percent' | 'factor'

const rttOf =
  (kind: ProbeKind, ...of: ((row: Row) => PathHealth | undefined)[]): NumberOf =>
  row => {
    const rtts = of.flatMap(pathOf => {
      const last = pathOf(row)?.probes[kind].last
      return last?.kind === 'reply' ? [last.rttNs] : []
    })
    return rtts.length === 0 ? undefined : Math.max(...rtts)
  }
const host = (row: Row) => row.host
const endpoint = (row: Row) => row.endpoint

const numbers: Readonly<Record<string, readonly [Unit, NumberOf]>> = {
  icmp: ['time', rttOf('icmp', host, endpoint)],
  http: ['time', rttOf('http', host, endpoint)],
  'h-icmp': ['time', rttOf('icmp', host)],
  'h-http': ['time', rttOf('http', host)],
  'e-icmp': ['time', rttOf('icmp', endpoint)],
  'e-http': ['time', rttOf('http', endpoint)],
  p50: ['time', row => figure(row, 'p50Ns')],
  p95: ['time', row => figure(row, 'p95Ns')],
  max: ['time', row => figure(row, 'maxNs')],
  jitter: ['time', row => figure(row, 'jitterNs')],
  flaps: ['factor', flapsOf],
  age: ['span', ageMs],
  loss: ['percent', lossPercent],
  xbase: ['factor', times],
}

const texts: Readonly<Record<string, (row: Row) => readonly string[]>> = {
  name: row => [row.name],
  ip: row => row.node.paths.map(path => path.ip),
  state: row => [row.state],
  agent: row => [agentCell(row)[0]],
  verdict: row => [row.node.verdict],
  zone: row => (row.zone === undefined ? [] : [row.zone]),
}

/** For the help page and for messages. */
export const filterFields: readonly string[] = [...Object.keys(texts), ...Object.keys(numbers)]

const units: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  time: { '': 1_000_000, ns: 1, us: 1000, µs: 1000, ms: 1_000_000, s: 1_000_000_000 },
  span: { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 },
  percent: { '': 1, '%': 1 },
  factor: { '': 1, x: 1 },
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** One word of a filter as a condition on rows. */
export function conditionOf(word: string, at: number): Condition | FilterError {
  if (word.length > 1 && word.startsWith('/') && word.endsWith('/')) {
    return regexCondition(word.slice(1, -1), at)
  }
  const [, labels] = /^-l\s+(.*)$/s.exec(word) ?? []
  if (labels !== undefined) return labelCondition(labels)
  const [, name = '', operator = '', value = ''] = /^([\w-]+)(<=|>=|!=|=|<|>)(.*)$/.exec(word) ?? []
  if (operator === '') return anywhere(word)
  const field = name.toLowerCase()
  const valueAt = at + name.length + operator.length
  if (value === '') return { at: valueAt, message: `${name}${operator} needs a value` }
  const number = numbers[field]
  if (number !== undefined) return numberCondition(number, operator, value, valueAt)
  const text = texts[field]
  if (text !== undefined) return textCondition(text, operator, value, at + name.length)
  return { at, message: `no field "${name}"; there are ${filterFields.join(' ')}` }
}

/** A bare word: a piece of the name, or the beginning of an address. */
const anywhere = (word: string): Condition => {
  const piece = word.toLowerCase()
  return row =>
    row.name.toLowerCase().includes(piece) || row.node.paths.some(path => path.ip.startsWith(piece))
}

function regexCondition(source: string, at: number): Condition | FilterError {
  try {
    const pattern = new RegExp(source, 'iu')
    return row => pattern.test(row.name)
  } catch {
    return { at, message: 'not a regular expression' }
  }
}

/** kubectl's selector: `key=value`, `key!=value`, `key`, `!key`; commas AND them. */
function labelCondition(selector: string): Condition {
  const terms = selector.split(',').map((term): Condition => {
    const [, not, key = '', operator, value = ''] =
      /^(!?)([^=!]+)(?:(==?|!=)(.*))?$/s.exec(term) ?? []
    const pattern = globPattern(value)
    const matches: Condition = ({ node: { labels = {} } }) =>
      Object.hasOwn(labels, key) && (operator === undefined || pattern.test(labels[key] ?? ''))
    const negated = not === '!' || operator === '!='
    return negated ? (row, nowMs) => !matches(row, nowMs) : matches
  })
  return (row, nowMs) => terms.every(term => term(row, nowMs))
}

function numberCondition(
  [unit, numberOf]: readonly [Unit, NumberOf],
  operator: string,
  value: string,
  at: number,
): Condition | FilterError {
  const [, digits = '', suffix = ''] = /^(\d+(?:\.\d+)?|\.\d+)([^\d.]*)$/.exec(value) ?? []
  const scale = units[unit][suffix.toLowerCase()]
  if (digits === '' || scale === undefined) {
    const example = Object.keys(units[unit]).filter(Boolean).join(' ')
    return { at, message: `a number is needed here, with one of ${example}` }
  }
  const limit = Number(digits) * scale
  const compare = comparisons[operator] ?? (() => false)
  return (row, nowMs) => {
    const number = numberOf(row, nowMs)
    return number !== undefined && compare(number, limit)
  }
}

function textCondition(
  textsOf: (row: Row) => readonly string[],
  operator: string,
  value: string,
  at: number,
): Condition | FilterError {
  if (operator !== '=' && operator !== '!=') return { at, message: 'use = or != with this field' }
  const globs = value.split(',').filter(Boolean).map(globPattern)
  const matches: Condition = row =>
    textsOf(row).some(text => globs.some(pattern => pattern.test(text)))
  return operator === '=' ? matches : (row, nowMs) => !matches(row, nowMs)
}

const globPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replace(/\*+/g, '.*')}$`, 'i')
