/**
 * A text from outside, fit for a line on a terminal: at most `limit` characters, without control
 * characters and the marks that turn the direction of writing. Empty if it is no text.
 */
export function plainText(value: unknown, limit: number): string {
  if (typeof value !== 'string') return ''
  return value
    .slice(0, 2 * limit)
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()
    .toWellFormed()
    .slice(0, limit)
    .toWellFormed()
}
