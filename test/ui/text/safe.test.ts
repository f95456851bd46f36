import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeFor } from '../../../src/ui/text/safe.ts'

const terminal = { terminal: true }

test('a terminal gets pictures of control characters, one for one', () => {
  expect(safeFor(terminal, 'a\x1b[31m\x07\r\x7f\x9b\u202eb\tc\n')).toBe(
    'a␛[31m␇␍␡\ufffd\ufffdb\tc\n',
  )
})

test('a file or a pipe gets the text as it is', () => {
  expect(safeFor({ terminal: false }, 'a\x1b[31m')).toBe('a\x1b[31m')
})

test('no text keeps a control character but tabs and line ends, and none changes its length', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0x20ff })), codes => {
      const text = String.fromCharCode(...codes)
      const safe = safeFor(terminal, text)
      expect([...safe].length).toBe([...text].length)
      expect(safe.replaceAll(/[\t\n]/g, '')).not.toMatch(/\p{Cc}/u)
    }),
  )
})
