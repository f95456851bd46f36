import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameFault, parseName } from '../../../src/core/nodes/name.ts'

const anyText = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) })

test.each(['a', 'kind-worker2', 'ip-10-0-5-35.us-east-1.internal', 'c1/kind-worker', 'Node_1'])(
  '%s is a name',
  text => expect(parseName(text)).toBe(text),
)

test.each([
  '',
  '-a',
  'a-',
  'a..b',
  '.a',
  'a b',
  'a/b/c',
  '/a',
  'a/',
  'a\u001b[31m',
  'a\n',
  'ü',
  'a'.repeat(64),
  `${'a.'.repeat(127)}a`,
  `${'c'.repeat(65)}/a`,
])('%j is no name', text => expect(() => parseName(text)).toThrow())

test('a name is long enough for the longest cluster and node', () => {
  const node = `${'a'.repeat(61)}.`.repeat(4).slice(0, -1)
  expect(nameFault(`${'c'.repeat(63)}/${node}`)).toBeUndefined()
})

test('no accepted name has a control character or any white space', () => {
  fc.assert(
    fc.property(anyText, fc.string(), (a, b) => {
      for (const text of [a, b, `${a}/${b}`])
        if (nameFault(text) === undefined) expect(text).toMatch(/^[\w./-]+$/)
    }),
  )
})
