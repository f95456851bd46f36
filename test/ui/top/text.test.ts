import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { clean, cut, cutMiddle, head, widthOf } from '../../../src/ui/top/text.ts'

test('a hostile name cannot move the cursor, turn the text round, or hide', () => {
  expect(clean('a\x1b[2Jb\r\nc\x07')).toBe('a[2Jb c')
  expect(clean('node\u202e\u2066gpj.exe')).toBe('nodegpj.exe')
  expect(clean('no\u200bde\u00ad\ufeff')).toBe('node')
  expect(clean('z\u0300\u0301\u0302algo')).toBe('zalgo')
  expect(clean('fire \u{1f525}')).toBe('fire ?')
  expect(clean('x'.repeat(10_000))).toHaveLength(256)
})

test('whatever comes, cleaned text is as wide as a terminal draws it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const safe = clean(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
      expect(safe).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/)
      expect(widthOf(safe)).toBe(stringWidth(safe))
    }),
    { numRuns: 2000 },
  )
})

test('a text is cut to a width, never through a wide character', () => {
  expect(head('節点一', 3)).toBe('節')
  expect(widthOf('節点一')).toBe(6)
  expect(cut('web-frontend', 8, '…')).toBe('web-fro…')
  expect(cutMiddle('ip-10-0-31-217.internal', 14, '…')).toBe('ip-10-0-…ernal')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, width) => {
      const safe = clean(text)
      expect(widthOf(cut(safe, width, '…'))).toBeLessThanOrEqual(width)
      expect(widthOf(cutMiddle(safe, width, '…'))).toBeLessThanOrEqual(width)
    }),
  )
})
