import { expect, test } from 'vitest'
import { plain } from '../../../src/ui/top/line.ts'
import { markLine, promptLine } from '../../../src/ui/top/prompt.ts'
import { createTheme } from '../../../src/ui/top/theme.ts'
import { type Typing, typed, typingOf } from '../../../src/ui/top/typing.ts'

const { glyphs } = createTheme({ theme: 'default', color: false, ascii: false })
const strike = (line: Typing, ...strokes: readonly string[]): Typing =>
  strokes.reduce((now, stroke) => typed(now, stroke) ?? now, line)
const shown = (line: Typing): string =>
  `${line.text.slice(0, line.cursor)}|${line.text.slice(line.cursor)}`
const drawn = (line: Typing, width: number): string =>
  plain(promptLine({ ...line, sign: '/' }, width, glyphs))
const marked = (line: Typing, at: number, width: number, message = 'wrong'): string =>
  plain(markLine({ ...line, sign: '/' }, { at, message }, width, glyphs))

test.each([
  [['left', 'x'], 'web dx|b'],
  [['ctrl+a', 'delete', 'delete'], '|b db'],
  [['home', 'x', 'ctrl+e', 'y'], 'xweb dby|'],
  [['ctrl+w'], 'web |'],
  [['left', 'ctrl+w'], 'web |b'],
  [['left', 'left', 'ctrl+u'], '|db'],
  [['left', 'left', 'ctrl+k'], 'web |'],
  [['left', 'backspace', 'right', 'end', 'right'], 'web b|'],
  [['space', '節', 'left', 'backspace'], 'web db|節'],
  [['f5', 'tab'], 'web db|'],
])('%j make %j of a line', (strokes, line) => {
  expect(shown(strike(typingOf('web db'), ...strokes))).toBe(line)
})

test('a line is safe to print, and has a bound', () => {
  expect(typingOf('a\x1b[2Jb').text).toBe('a[2Jb')
  expect(typingOf('x'.repeat(2000)).text).toHaveLength(1000)
  expect(strike(typingOf('x'.repeat(1000)), 'y').text).toHaveLength(1000)
})

test('of a line that is too long, what is around the cursor is shown', () => {
  const long = typingOf('0123456789abcdefghij')
  expect(drawn(long, 40)).toBe('/0123456789abcdefghij▏')
  expect(drawn(long, 12)).toBe('/…cdefghij▏')
  expect(drawn(strike(long, 'home'), 12)).toBe('/▏01234567…')
  expect(drawn(strike(long, ...Array(8).fill('left')), 12)).toBe('/…6789ab▏cd…')
})

test('what is wrong is marked in columns, whichever side has room for the words', () => {
  expect(marked(typingOf('節x'), 1, 40)).toBe('   ^ wrong')
  expect(marked(typingOf('0123456789'), 9, 14)).toBe('    wrong ^')
  expect(marked(typingOf('0123456789'), 1, 14, 'far too long to show')).toBe('  ^ far too l…')
  // Behind the cursor everything is one column further.
  expect(marked(strike(typingOf('abc'), 'home'), 2, 40)).toBe('    ^ wrong')
  // What is out of sight is marked at the edge.
  expect(marked(typingOf('0123456789abcdefghij'), 0, 12)).toBe('  ^ wrong')
})
