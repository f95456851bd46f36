import { goEscaped } from '../model/go-quote.ts'

/**
 * Where the first JSON value of a text ends: Go's decoder reads no further. Throws an Error with the
 * decoder's words for what is wrong before that.
 */
export function endOfValue(text: string): number {
  const open: string[] = []
  let place: Place = 'value'
  let at = 0
  do {
    at = skipSpace(text, at)
    const sign = text[at] ?? ''
    const { allowed, words } = places[place]
    if (!allowed.test(sign)) throw unexpected(text, at, words)
    if ('{['.includes(sign)) open.push(sign)
    if ('}]'.includes(sign)) open.pop()
    at = endOfScalar(text, at) ?? at + 1
    place = placeAfter(sign, place, open.at(-1) === '{')
  } while (open.length > 0)
  return at
}

function skipSpace(text: string, start: number): number {
  space.lastIndex = start
  space.test(text)
  return space.lastIndex
}

const space = /[ \t\r\n]*/y

/** What may stand at each place, and what Go says of anything else. */
const places = {
  value: { allowed: /["\-\dtfn{[]/, words: 'looking for beginning of value' },
  firstElement: { allowed: /["\-\dtfn{[\]]/, words: 'looking for beginning of value' },
  key: { allowed: /"/, words: 'looking for beginning of object key string' },
  firstKey: { allowed: /["}]/, words: 'looking for beginning of object key string' },
  colon: { allowed: /:/, words: 'after object key' },
  afterPair: { allowed: /[,}]/, words: 'after object key:value pair' },
  afterElement: { allowed: /[,\]]/, words: 'after array element' },
} as const satisfies Record<string, { readonly allowed: RegExp; readonly words: string }>

type Place = keyof typeof places

function placeAfter(sign: string, place: Place, inObject: boolean): Place {
  if (sign === '{') return 'firstKey'
  if (sign === '[') return 'firstElement'
  if (sign === ':') return 'value'
  if (sign === ',') return inObject ? 'key' : 'value'
  if (sign === '"' && (place === 'key' || place === 'firstKey')) return 'colon'
  return inObject ? 'afterPair' : 'afterElement'
}

/** What a string holds, taken whole: a lookahead does not give back what it took. */
const inString = String.raw`"(?=((?:[^"\\\0-\x1f]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*))\1`
const whole = '-?(?:0|[1-9]\\d*)'

/** Strings and numbers; with words: how far one is right, and what Go says of what follows. */
const scalars: readonly (readonly [RegExp, words?: string])[] = [
  [new RegExp(`${inString}"`, 'y')],
  [new RegExp(`${inString}\\\\u[\\da-fA-F]*`, 'y'), 'in \\u hexadecimal character escape'],
  [new RegExp(`${inString}\\\\`, 'y'), 'in string escape code'],
  [new RegExp(inString, 'y'), 'in string literal'],
  [/-(?!\d)/y, 'in numeric literal'],
  [new RegExp(`${whole}\\.(?!\\d)`, 'y'), 'after decimal point in numeric literal'],
  [
    new RegExp(`${whole}(?:\\.\\d+)?[eE](?:[-+](?!\\d)|(?![-+\\d]))`, 'y'),
    'in exponent of numeric literal',
  ],
  [new RegExp(`${whole}(?:\\.\\d+)?(?:[eE][-+]?\\d+)?`, 'y')],
]

/** Undefined where no string, number or literal begins. */
function endOfScalar(text: string, start: number): number | undefined {
  for (const [pattern, words] of scalars) {
    pattern.lastIndex = start
    if (!pattern.test(text)) continue
    if (words !== undefined) throw unexpected(text, pattern.lastIndex, words)
    return pattern.lastIndex
  }
  const literal = ['true', 'false', 'null'].find(word => word[0] === text[start])
  return literal === undefined ? undefined : endOfLiteral(text, start, literal)
}

function endOfLiteral(text: string, start: number, literal: string): number {
  const wrong = [...literal].findIndex((sign, index) => text[start + index] !== sign)
  if (wrong < 0) return start + literal.length
  const words = `in literal ${literal} (expecting '${literal[wrong]}')`
  throw unexpected(text, start + wrong, words)
}

/** Go reads bytes, and names the one that is wrong. */
function unexpected(text: string, at: number, words: string): Error {
  const code = text.codePointAt(at)
  if (code === undefined) return new Error('unexpected EOF')
  const byte = String.fromCharCode(Buffer.from(String.fromCodePoint(code))[0] ?? 0)
  return new Error(`invalid character ${quoted(byte)} ${words}`)
}

function quoted(byte: string): string {
  if (byte === "'") return `'\\''`
  // The bytes of other alphabets are taken for Latin letters.
  return /["\xa1-\xac\xae-\xff]/.test(byte) ? `'${byte}'` : `'${goEscaped(byte)}'`
}
