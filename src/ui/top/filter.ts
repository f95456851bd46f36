import type { NodeHealth, Snapshot } from '../../core/model/snapshot.ts'
import { type Condition, conditionOf, type FilterError, filterFields } from './filter-fields.ts'
import { rowAlone } from './rows.ts'

/** A filter that was understood. */
export interface Filter {
  readonly text: string
  readonly matches: Condition
  /** Whether its answer changes as time goes by, without new data. */
  readonly timely: boolean
  /** Whether it asks for labels of nodes. */
  readonly labelled: boolean
}

export type ParsedFilter =
  | { readonly kind: 'filter'; readonly filter: Filter }
  | { readonly kind: 'error'; readonly error: FilterError }

export const everything: Filter = { text: '', matches: () => true, timely: false, labelled: false }

interface Token {
  readonly at: number
  readonly text: string
}

// Labels, a comparison, a regular expression, a bracket, a negation, or a word up to a blank or a bracket.
const tokenPattern =
  /(?<![^\s(!])-l\s+[^\s()]+|(?<![^\s(!])[\w-]+\s*(?:<=|>=|!=|=~|==?|<|>)\s*[^\s()]*|\/(?:[^/\\]|\\.)*\/|[()]|!(?![=])|[^\s()]+/g
const longest = 500

/**
 * Words AND together; `or` and brackets group; `!` negates. A word is `/regex/`, `field op value`
 * (see filter-fields.ts), `-l key=value` as kubectl has it, or a piece of a name or the beginning of an address.
 */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > longest) return fail({ at: longest, text }, 'too long')
  const tokens = [...text.matchAll(tokenPattern)].map(match => ({
    at: match.index,
    text: match[0],
  }))
  if (tokens.length === 0) return { kind: 'filter', filter: { ...everything, text } }
  const end: Token = { at: text.length, text: '' }
  const parser = { tokens, end, next: 0, depth: 0 }
  const parsed = parseOr(parser)
  if ('message' in parsed) return { kind: 'error', error: parsed }
  const left = tokens[parser.next]
  if (left !== undefined) return fail(left, 'no bracket is open here')
  return {
    kind: 'filter',
    filter: {
      text,
      matches: parsed,
      timely: /(^|[\s(!])age\s*[=!<>]/i.test(text),
      labelled: /(^|[\s(!])(-l\s|zone\s*!?=)/i.test(text),
    },
  }
}

/** Whether a text ends within what may become a field, or a word between conditions: no name yet. */
export function endsInField(text: string): boolean {
  const [, word] = /(?:^|[\s(!])([\w-]+)$/.exec(text.toLowerCase()) ?? []
  return word !== undefined && [...filterFields, 'or', 'and'].some(name => name.startsWith(word))
}

/** What nodes do not have that the filter asks for, in words; undefined where they have it. */
export function lackOf({ labelled }: Filter, nodes: readonly NodeHealth[]): string | undefined {
  const known = !labelled || nodes.length === 0 || nodes.some(({ labels }) => labels !== undefined)
  return known ? undefined : 'no labels are known from this source: --node-labels'
}

interface Parser {
  readonly tokens: readonly Token[]
  readonly end: Token
  next: number
  depth: number
}
type Result = Condition | FilterError

const failed = (result: Result): result is FilterError => 'message' in result
const fail = ({ at }: Token, message: string): { kind: 'error'; error: FilterError } => ({
  kind: 'error',
  error: { at, message },
})

function parseOr(parser: Parser): Result {
  const choices: Condition[] = []
  do {
    const choice = parseAnd(parser)
    if (failed(choice)) return choice
    choices.push(choice)
  } while (take(parser, 'or'))
  return choices.length === 1
    ? (choices[0] as Condition)
    : (row, nowMs) => choices.some(choice => choice(row, nowMs))
}

function parseAnd(parser: Parser): Result {
  const terms: Condition[] = []
  for (;;) {
    const token = parser.tokens[parser.next]
    if (token === undefined || token.text === ')' || isWord(token, 'or')) break
    if (take(parser, 'and')) continue
    const term = parseTerm(parser)
    if (failed(term)) return term
    terms.push(term)
  }
  if (terms.length === 0) return missing(parser)
  return (row, nowMs) => terms.every(term => term(row, nowMs))
}

function parseTerm(parser: Parser): Result {
  const token = parser.tokens[parser.next]
  if (token === undefined || token.text === ')') return missing(parser)
  parser.next += 1
  if (token.text === '(') return parseGroup(parser, token)
  if (token.text !== '!') return conditionOf(token.text, token.at)
  const term = parseTerm(parser)
  return failed(term) ? term : (row, nowMs) => !term(row, nowMs)
}

function parseGroup(parser: Parser, open: Token): Result {
  const inner = parseOr(parser)
  if (failed(inner)) return inner
  return take(parser, ')') ? inner : { at: open.at, message: 'this bracket is never closed' }
}

function missing(parser: Parser): FilterError {
  const { at } = parser.tokens[parser.next] ?? parser.end
  return { at, message: 'a condition is missing here' }
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.text.toLowerCase() === word

function take(parser: Parser, word: string): boolean {
  if (!isWord(parser.tokens[parser.next], word)) return false
  parser.next += 1
  return true
}

export type NodeFilter =
  | {
      readonly kind: 'filter'
      /** Why it cannot do what it was made for with this source; undefined where it can. */
      lacks(snapshot: Snapshot): string | undefined
      matches(node: NodeHealth, snapshot: Snapshot, nowMs: number): boolean
    }
  | { readonly kind: 'error'; readonly message: string; readonly position: number }

/** The same language for nodes without a screen: `--filter`. Positions are from 0. */
export function createFilter(text: string): NodeFilter {
  const parsed = parseFilter(text)
  if (parsed.kind === 'error') {
    return { kind: 'error', message: parsed.error.message, position: parsed.error.at }
  }
  return {
    kind: 'filter',
    lacks: snapshot => lackOf(parsed.filter, snapshot.nodes),
    matches: (node, snapshot, nowMs) =>
      parsed.filter.matches(rowAlone(node, snapshot, nowMs), nowMs),
  }
}
