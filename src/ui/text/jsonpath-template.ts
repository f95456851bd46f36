import { unquote } from './jsonpath-quote.ts'

/** A mistake in a template, or one that shows when it meets the data. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError'
}

export interface Bound {
  readonly value: number
  readonly known: boolean
  /** Not written: one behind the start. */
  readonly derived: boolean
}

export type Step =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: number | boolean }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'word'; readonly name: string }
  | { readonly kind: 'slice'; readonly from: Bound; readonly to: Bound; readonly step: Bound }
  | { readonly kind: 'union'; readonly parts: readonly (readonly Step[])[] }
  | {
      readonly kind: 'filter'
      readonly left: readonly Step[]
      readonly operator: string
      readonly right: readonly Step[]
    }
  | { readonly kind: 'all' | 'descend' }

/** The blocks of a template, plain text and `{actions}` in turn, as kubectl's jsonpath reads them. */
export function parseTemplate(template: string): readonly (readonly Step[])[] {
  const blocks: (readonly Step[])[] = []
  let position = 0
  while (position < template.length) {
    const open = template.indexOf('{', position)
    const end = open < 0 ? template.length : open
    if (end > position) blocks.push([{ kind: 'text', text: template.slice(position, end) }])
    if (open < 0) break
    const reader: Reader = { input: template, position: open + 1, steps: [] }
    while (readStep(reader));
    blocks.push(reader.steps)
    position = reader.position + 1
  }
  return blocks
}

interface Reader {
  readonly input: string
  position: number
  readonly steps: Step[]
}

const parseAction = (text: string): readonly Step[] => parseTemplate(`{${text}}`)[0] ?? []

type ReadStep = (reader: Reader) => void

/** What begins an action's next step, in this order. */
const starts: readonly (readonly [start: RegExp, read: ReadStep])[] = [
  [/\[\?\(/y, readFilter],
  [/\.\./y, readDescent],
  [/[ @$]/y, reader => skip(reader, 1)],
  [/\[/y, readBrackets],
  [/["']/y, readQuoted],
  [/\./y, reader => readField(reader, 1)],
  [/[-+]|\p{Nd}/uy, readNumber],
  [/_|\p{L}/uy, readWord],
]

/** Reads one step; false at the action's end, which stays unread. */
function readStep(reader: Reader): boolean {
  const next = String.fromCodePoint(reader.input.codePointAt(reader.position) ?? 10)
  if (next === '}') return false
  if (next === '\n' || next === '\r') throw new JsonPathError('unclosed action')
  const read = starts.find(([start]) => match(reader, start) !== undefined)?.[1]
  if (!read) throw new JsonPathError(`unrecognized character in action: ${describe(next)}`)
  read(reader)
  return true
}

const describe = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${character}'`

function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.position
  return pattern.exec(reader.input)?.[0]
}

const skip = (reader: Reader, characters: number): void => {
  reader.position += characters
}

function take(reader: Reader, pattern: RegExp): string {
  const taken = match(reader, pattern) ?? ''
  skip(reader, taken.length)
  return taken
}

function readField(reader: Reader, dots: number): void {
  skip(reader, dots)
  const name = take(reader, /(?:\\.?|[^ \t\r\n.,[\]$@{}\\])*/sy)
  reader.steps.push(
    name === '*' ? { kind: 'all' } : { kind: 'field', name: name.replaceAll('\\', '') },
  )
}

function readDescent(reader: Reader): void {
  if (reader.steps.at(-1)?.kind === 'descend') {
    throw new JsonPathError('invalid multiple recursive descent')
  }
  skip(reader, 2)
  reader.steps.push({ kind: 'descend' })
  if (match(reader, /[_\p{L}\p{Nd}]/uy) !== undefined) readField(reader, 0)
}

function readNumber(reader: Reader): void {
  const written = take(reader, /[-+]?[.\p{Nd}]*/uy)
  const value = /\d/.test(written) ? Number(written) : Number.NaN
  if (Number.isNaN(value)) throw new JsonPathError(`cannot parse number ${written}`)
  reader.steps.push({ kind: 'literal', value })
}

function readWord(reader: Reader): void {
  const name = take(reader, /[^ \t\r\n.,[\]$@{}]+/y)
  const isBoolean = name === 'true' || name === 'false'
  reader.steps.push(
    isBoolean ? { kind: 'literal', value: name === 'true' } : { kind: 'word', name },
  )
}

function readQuoted(reader: Reader): void {
  const quote = reader.input[reader.position] ?? ''
  const from = reader.position
  do {
    reader.position += 1
    const next = reader.input[reader.position] ?? '\n'
    if (next === '\n') throw new JsonPathError('unterminated quoted string')
  } while (reader.input[reader.position] !== quote || reader.input[reader.position - 1] === '\\')
  reader.position += 1
  const written = reader.input.slice(from, reader.position)
  const text = unquote(written)
  if (text === undefined) throw new JsonPathError(`unquote string ${written} error invalid syntax`)
  reader.steps.push({ kind: 'text', text })
}

function readBrackets(reader: Reader): void {
  const written = take(reader, /\[[^\]\n]*\]/y)
  if (written === '') throw new JsonPathError('unterminated array')
  const inside = written.slice(1, -1)
  const parts = inside.split(',')
  const key = /^'([^']*)'$/.exec(inside)?.[1]
  if (parts.length > 1) {
    const union = parts.map(part => parseAction(`[${part.replace(/^ +| +$/g, '')}]`))
    reader.steps.push({ kind: 'union', parts: union })
  } else if (key !== undefined) {
    reader.steps.push(...parseAction(`.${key}`))
  } else {
    reader.steps.push(parseSlice(inside === '*' ? ':' : inside))
  }
}

function parseSlice(inside: string): Step {
  const written = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inside)
  if (!written) throw new JsonPathError(`invalid array index ${inside}`)
  const from = parseBound(written[1] ?? '')
  const behind: Bound = { value: from.value + 1, known: true, derived: true }
  const to = written[2] === undefined ? behind : parseBound(written[2].slice(1))
  return { kind: 'slice', from, to, step: parseBound((written[3] ?? '').slice(1)) }
}

function parseBound(written: string): Bound {
  if (written === '-') throw new JsonPathError('array index - is not a number')
  return { value: Number(written), known: written !== '', derived: false }
}

function readFilter(reader: Reader): void {
  skip(reader, '[?('.length)
  const end = filterEnd(reader)
  if (reader.input[end + 1] !== ']') throw new JsonPathError('unclosed array expect ]')
  const condition = reader.input.slice(reader.position, end)
  reader.position = end + 2
  const [, left = condition, operator = 'exists', right = ''] =
    /^([^!<>=]+)([!<>=]+)(.+)$/.exec(condition) ?? []
  reader.steps.push({
    kind: 'filter',
    left: parseAction(left),
    operator,
    right: operator === 'exists' ? [] : parseAction(right),
  })
}

/** The parenthesis that closes the filter: the first one outside of its one quoted string. */
function filterEnd(reader: Reader): number {
  const condition = match(reader, /[^"')\n]*(?:(["'])[^\n]*?(?<!\\)\1[^)\n]*)?\)/y)
  if (condition === undefined) throw new JsonPathError('unterminated filter')
  return reader.position + condition.length - 1
}
