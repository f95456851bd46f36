import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alignTabs } from '../../../src/ui/text/table.ts'

test.each([
  [
    'a column is as wide as its widest cell and three spaces',
    'a\tb\nlong\tc\n',
    'a      b\nlong   c\n',
  ],
  [
    'what follows the last tab widens nothing',
    'a\tvery long\nb\tc\td\n',
    'a   very long\nb   c   d\n',
  ],
  [
    'a line without the cell ends the column',
    'long\tx\nno tab\na\tb\n',
    'long   x\nno tab\na   b\n',
  ],
  ['an empty last cell leaves spaces', 'a\tOk\t\n', 'a   Ok   \n'],
  ['an empty cell still has its three spaces', '\t\tx\n', '      x\n'],
  [
    'inner columns end where their outer one goes on',
    'a\tb\tc\nd\te\nf\tg\th\n',
    'a   b   c\nd   e\nf   g   h\n',
  ],
  ['a vertical tab ends a cell too', 'a\vb\nlong\tc', 'a      b\nlong   c'],
  ['a form feed ends the line and all columns', 'a\tb\flong\tc\n', 'a   b\nlong   c\n'],
  ['the last line needs no end', 'a\tb', 'a   b'],
  ['characters count, not UTF-16 units', '\u{1f600}\tb\nab\tc', '\u{1f600}    b\nab   c'],
])('%s', (_rule, tabs, aligned) => {
  expect(alignTabs(tabs)).toBe(aligned)
})

test('text without tabs stays as it is', () => {
  const line = fc.string().filter(text => !/[\t\v\f]/.test(text))
  fc.assert(
    fc.property(line, text => {
      expect(alignTabs(text)).toBe(text)
    }),
  )
})

test('cells of one column begin at the same place in neighbouring lines', () => {
  const cell = fc.stringMatching(/^[a-z]{0,9}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), pairs => {
      const widest = Math.max(...pairs.map(([left]) => left.length)) + 3
      const lines = alignTabs(pairs.map(pair => pair.join('\t')).join('\n')).split('\n')
      expect(lines).toEqual(pairs.map(([left, right]) => left.padEnd(widest) + right))
    }),
  )
})
