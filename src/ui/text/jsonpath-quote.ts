/** A quoted text with Go's escapes undone; undefined where the quoting is wrong. */
export function unquote(quoted: string): string | undefined {
  const quote = quoted[0] ?? ''
  const inside = quoted.slice(1, -1)
  let plain = ''
  let position = 0
  while (position < inside.length) {
    piece.lastIndex = position
    const match = piece.exec(inside)
    const text = match ? textOf(match, quote) : undefined
    if (!match || text === undefined) return undefined
    plain += text
    position = piece.lastIndex
  }
  return plain
}

const piece =
  /[^\\]+|\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([abfnrtv\\'"]))/y

const letters: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}

function textOf(match: RegExpExecArray, quote: string): string | undefined {
  const [whole, byte, short, long, octal, letter] = match
  if (letter !== undefined) return letter === quote ? quote : letters[letter]
  const digits = byte ?? short ?? long ?? octal
  if (digits === undefined) return whole.includes(quote) ? undefined : whole
  const code = Number.parseInt(digits, octal === undefined ? 16 : 8)
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : undefined
}
