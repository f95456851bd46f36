/**
 * Writes a string as go-yaml v3 does: plain where it can be, quoted where a reader would take it
 * for something else, as a block where it has several lines. `indent` is where a block's lines begin.
 */
export function yamlString(text: string, indent: number, key = false): string {
  const traits = traitsOf(text)
  if (text.includes('\n')) {
    return traits.block && !key ? block(text, indent) : doubleQuoted(text)
  }
  if (looksOtherwise(text)) return doubleQuoted(text)
  if (traits.plain) return text
  return traits.singleQuoted ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text)
}

interface Traits {
  readonly plain: boolean
  readonly singleQuoted: boolean
  readonly block: boolean
}

function traitsOf(text: string): Traits {
  const odd = unprintable.test(text)
  const spaceBeforeBreak = / [\r\n\u0085\u2028\u2029]/.test(text)
  const spaceAfterBreak = /[\r\n\u0085\u2028\u2029] /.test(text)
  const tabs = text.includes('\t')
  const singleQuoted = !(odd || spaceBeforeBreak || spaceAfterBreak || tabs)
  return {
    singleQuoted: singleQuoted && !/[\u2028\u2029]/.test(text),
    plain: singleQuoted && !/^ | $|[\u2028\u2029]/.test(text) && !indicators.test(text),
    block: !(odd || spaceBeforeBreak || text.endsWith(' ')),
  }
}

// go-yaml finds nothing printable above U+FFFF, so pictures and rare scripts are escaped.
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufeff\ufffe\uffff]/

/** What means something to YAML at that place: quotes, comments, keys, document ends. */
const indicators = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$))|:(?:[ \t]|$)|[ \t]#/

/** Whether a reader would take the plain text for a number, a date, a truth value or nothing. */
const looksOtherwise = (text: string): boolean =>
  text === '' || words.has(text) || (/^[-+.\d]/.test(text) && (isNumber(text) || isTimestamp(text)))

const words: ReadonlySet<string> = new Set(
  [
    'true True TRUE false False FALSE ~ null Null NULL <<',
    '.nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF',
    'y Y yes Yes YES on On ON n N no No NO off Off OFF',
  ].flatMap(line => line.split(' ')),
)

const numbers: readonly RegExp[] = [
  /^[-+]?(?:0|[1-9]\d*|0[oO]?[0-7]+|0[bB][01]+|0[xX][\da-fA-F]+)$/,
  /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/,
]
/** Numbers to the base of 60, of YAML 1.1: still quoted for old readers. */
const base60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/

function isNumber(text: string): boolean {
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  return numbers.some(pattern => pattern.test(plain)) || base60.test(text)
}

function isTimestamp(text: string): boolean {
  const match = timestamp.exec(text)
  if (!match) return false
  const [year = 0, month = 0, day = 0] = match.slice(1, 4).map(Number)
  const [hour = 0, minute = 0, second = 0] = match
    .slice(4)
    .flatMap(part => part ?? [])
    .map(Number)
  const monthDays = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= monthDays
  return isDay && hour < 24 && minute < 60 && second < 60
}

const timestamp =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| (\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?)?$/

/** Keeps the line ends at the end, says with a sign how many there are. */
function block(text: string, indent: number): string {
  const body = text.replace(/\n+$/, '')
  const ends = text.length - body.length
  // Always 4, even where two columns would be right: so does go-yaml.
  const hint = /^[ \n\u2028\u2029]/.test(text) ? '4' : ''
  const chomp = ends === 0 ? '-' : ends === 1 && body !== '' ? '' : '+'
  const lines = (ends > 0 ? text.slice(0, -1) : text).split('\n')
  const margin = ' '.repeat(indent)
  return [`|${hint}${chomp}`, ...lines.map(line => (line === '' ? '' : margin + line))].join('\n')
}

const doubleQuoted = (text: string): string =>
  `"${text.replace(escaped, character => shortEscapes[character] ?? codeEscape(character))}"`

const escaped =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/gu

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function codeEscape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase()
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`
}
