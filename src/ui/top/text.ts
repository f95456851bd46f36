const printableAscii = /^[\x20-\x7e]*$/
const unprintable =
  /[\p{C}\p{M}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\ud7b0-\ud7ff]/gu
const unpredictable =
  /[^\p{L}\p{N}\p{P}\p{Zs}\x20-\x7e]|[\u0e33\u0eb3\u3248-\u324f\u{1d360}-\u{1d376}]/gu

/**
 * Text from outside, safe on any terminal: no controls, no writing direction, nothing without width,
 * and no symbols (emoji) whose width terminals disagree about.
 */
export const clean = (text: string): string => cleanUpTo(text, 256)

/** The same for texts that may be longer. */
export function cleanUpTo(text: string, longest: number): string {
  const bounded = text.length > longest ? text.slice(0, longest) : text
  if (printableAscii.test(bounded)) return bounded
  return bounded
    .normalize('NFC')
    .replace(/[\t\n\v\f\r]+/g, ' ')
    .replace(unprintable, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(unpredictable, '?')
}

// East Asian Wide and Fullwidth letters and punctuation, as pairs of first and last code point.
const wide = [
  0x1100, 0x115f, 0x2329, 0x232a, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3,
  0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6f, 0xff01, 0xff60, 0x16fe0, 0x18dff, 0x1aff0,
  0x1b2ff, 0x20000, 0x3fffd,
]

const isWide = (codePoint: number): boolean => {
  if (codePoint < 0x1100) return false
  for (let at = 0; at < wide.length; at += 2) {
    if (codePoint < (wide[at] ?? 0)) return false
    if (codePoint <= (wide[at + 1] ?? 0)) return true
  }
  return false
}

/** Columns that cleaned text, or our own glyphs, take on a terminal. */
export function widthOf(text: string): number {
  if (printableAscii.test(text)) return text.length
  let width = 0
  for (const character of text) width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1
  return width
}

/** The beginning of a text: as much as fits. */
export function head(text: string, width: number): string {
  if (printableAscii.test(text)) return text.slice(0, Math.max(0, width))
  let used = 0
  let kept = ''
  for (const character of text) {
    used += widthOf(character)
    if (used > width) break
    kept += character
  }
  return kept
}

/** The end of a text: as much as fits. */
export const tail = (text: string, width: number): string =>
  [...head([...text].reverse().join(''), width)].reverse().join('')

/** Cuts a text that is too wide at its end, and says so. */
export const cut = (text: string, width: number, ellipsis: string): string =>
  widthOf(text) <= width ? text : width < 2 ? head(text, width) : head(text, width - 1) + ellipsis

/** Cuts a text that is too wide in its middle: both ends of a name tell it apart. */
export function cutMiddle(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text
  if (width < 8) return cut(text, width, ellipsis)
  const front = Math.ceil((width - 1) * 0.6)
  return head(text, front) + ellipsis + tail(text, width - 1 - front)
}

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)))

export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - widthOf(text))) + text

/** Breaks a text at its spaces; a word that is too long is cut. */
export function wrap(text: string, width: number, ellipsis: string): readonly string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    const joined = last === '' ? word : `${last} ${word}`
    if (widthOf(joined) <= width) lines[lines.length - 1] = joined
    else lines.push(word)
  }
  return lines.filter(line => line !== '').map(line => cut(line, width, ellipsis))
}

/** The same in at most so many lines, of which the last is cut. */
export function wrapUpTo(
  text: string,
  width: number,
  most: number,
  ellipsis: string,
): readonly string[] {
  const lines = wrap(text, width, ellipsis)
  if (lines.length <= most) return lines
  const last = lines.slice(most - 1).join(' ')
  return [...lines.slice(0, most - 1), cut(last, width, ellipsis)]
}
