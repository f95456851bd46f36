import type { ProbeKind } from '../../core/model/probe.ts'
import type { PathHealth } from '../../core/model/snapshot.ts'
import { ageMs, agentCell, figure, flapsOf, lossPercent, times } from './cells.ts'
import { reasonWords } from './format.ts'
import type { Row } from './rows.ts'
import { nodeStates } from './state.ts'

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

interface TextField {
  readonly of: (row: Row) => readonly string[]
  /** All that there can be, and how else it may look; without them nobody knows. */
  readonly known?: readonly string[]
  readonly or?: { readonly pattern: RegExp; readonly said: string }
}

const name: TextField = { of: row => [row.name] }
const texts: Readonly<Record<string, TextField>> = {
  name,
  node: name,
  // Cilium writes a node of a mesh of clusters as `cluster/node`.
  cluster: { of: row => (row.name.includes('/') ? [row.name.replace(/\/.*/, '')] : []) },
  ip: { of: row => row.node.paths.map(path => path.ip) },
  state: { of: row => [row.state], known: nodeStates },
  agent: {
    of: row => [agentCell(row)[0]],
    known: ['ok', ...new Set(Object.values(reasonWords))],
    or: { pattern: /^[1-5*][\d*]*$/, said: 'HTTP statuses' },
  },
  verdict: { of: row => [row.node.verdict], known: ['reachable', 'unreachable', 'unknown'] },
  zone: { of: row => (row.zone === undefined ? [] : [row.zone]) },
}

/** For the help page and for messages. */
export const filterFields: readonly string[] = [...Object.keys(texts), ...Object.keys(numbers)]
const isField = (text: string): boolean => filterFields.includes(text.toLowerCase())

const units: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  time: { '': 1_000_000, ns: 1, us: 1000, µs: 1000, ms: 1_000_000, s: 1_000_000_000 },
  span: { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 },
  percent: { '': 1, '%': 1 },
  factor: { '': 1, x: 1 },
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}
const operators = 'use = != < <= > or >= here'

/** One word of a filter, or one comparison with its blanks, as a condition on rows. */
export function conditionOf(word: string, at: number): Condition | FilterError {
  if (word.length > 1 && word.startsWith('/') && word.endsWith('/')) {
    return regexCondition(word.slice(1, -1), at)
  }
  const [, labels] = /^-l\s+(.*)$/s.exec(word) ?? []
  if (labels !== undefined) return labelCondition(labels)
  return comparisonOf(word, at) ?? anywhere(word, at)
}

function comparisonOf(word: string, at: number): Condition | FilterError | undefined {
  const [, field = '', blanks = '', operator = '', value = ''] =
    /^([\w-]+)(\s*)(<=|>=|!=|=~|==|=|<|>)\s*(.*)$/s.exec(word) ?? []
  if (operator === '') return undefined
  const operatorAt = at + field.length + blanks.length
  const valueAt = at + word.length - value.length
  if (value === '') return { at: valueAt, message: `${field}${operator} needs a value` }
  const number = numbers[field.toLowerCase()]
  const text = texts[field.toLowerCase()]
  const compare = comparisons[operator]
  if (number !== undefined) {
    if (compare === undefined) return { at: operatorAt, message: operators }
    return numberCondition(number, compare, value, valueAt)
  }
  if (text === undefined) {
    return { at, message: `no field "${field}"; there are ${filterFields.join(' ')}` }
  }
  return (
    unknownOperator(operator, operatorAt) ??
    unknownValue(field, text, value, valueAt) ??
    textCondition(text, operator, value)
  )
}

const unknownOperator = (operator: string, at: number): FilterError | undefined =>
  ['=', '==', '!='].includes(operator) ? undefined : { at, message: 'use = or != with this field' }

/** A bare word: a piece of the name, or the beginning of an address; not what looks like a comparison. */
function anywhere(word: string, at: number): Condition | FilterError {
  const [, field = '', sign = ''] = /^([\w-]*)([:~<>=!]+)/.exec(word) ?? []
  if (isField(field) && sign !== '') return { at: at + field.length, message: operators }
  if (/^[<>=~!]/.test(sign) && field === '')
    return { at, message: 'a field is missing before this' }
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
  compare: (a: number, b: number) => boolean,
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
  return (row, nowMs) => {
    const number = numberOf(row, nowMs)
    return number !== undefined && compare(number, limit)
  }
}

/** What is wrong with a list of values, where all that there can be are known. */
function unknownValue(
  field: string,
  { known, or }: TextField,
  value: string,
  at: number,
): FilterError | undefined {
  let wordAt = at
  for (const word of value.split(',')) {
    const pattern = globPattern(word)
    const can = word === '' || known?.some(each => pattern.test(each)) || or?.pattern.test(word)
    if (known !== undefined && !can) {
      const all = [...known, ...(or === undefined ? [] : [`and ${or.said}`])].join(' ')
      return { at: wordAt, message: `no ${field} is "${word}"; there are ${all}` }
    }
    wordAt += word.length + 1
  }
  return undefined
}

function textCondition({ of }: TextField, operator: string, value: string): Condition {
  const globs = value.split(',').filter(Boolean).map(globPattern)
  const matches: Condition = row => of(row).some(text => globs.some(glob => glob.test(text)))
  return operator === '!=' ? (row, nowMs) => !matches(row, nowMs) : matches
}

const globPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replace(/\*+/g, '.*')}$`, 'i')
